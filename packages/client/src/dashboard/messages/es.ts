import type { Span, Words } from './messages.ts';

function enLosUltimos({ unit, count }: Span): string {
  if (unit === 'minute') return count === 1 ? 'en el último minuto' : `en los últimos ${count} minutos`;
  return count === 1 ? 'en la última hora' : `en las últimas ${count} horas`;
}

export const es: Words = {
  name: 'Español',
  fixed: {
    language: 'Idioma',
    in: 'en',
    visits: 'Visitas',
    peak: 'Máximo a la vez',
    visitorSeconds: 'Tiempo sumado de todos aquí',
    period: 'Periodo',
    lastMinutes: '10 min',
    lastDay: '24 h',
    partial: 'Algunos servidores no responden: su parte es la última que se conoce.',
    buffered: 'El número llega a tirones: algo en el camino lo retiene. En nginx, se arregla con',
    silent: 'El servidor responde, pero algo en el camino retiene los datos en vivo. En nginx, se arregla con',
    openTab: 'Abre otra pestaña',
    openTabWhy: 'y mira cómo sube',
    embed: 'Ponlo en tu sitio',
    embedHow: 'dos líneas de HTML',
    embedIntro: 'Pega dos líneas donde quieras ver el número. Cada pestaña abierta de tu sitio contará desde entonces.',
    preview: 'Vista previa',
    label: 'Texto',
    widgetLanguage: 'Idioma',
    anyLanguage: 'el del sitio',
    format: 'Número',
    observe: 'Mostrar el número sin contar a quienes lo ven',
    snippet: 'HTML',
    copy: 'Copiar',
    close: 'Cerrar',
  },
  connection: {
    connecting: 'Conectando…',
    live: 'En vivo',
    stale: 'Sin noticias del servidor',
    reconnecting: 'Reconectando',
    offline: 'Este dispositivo no tiene conexión',
    refused: 'Rechazado:',
    now: '…',
    in: (duration) => `en ${duration}`,
    again: (duration) => `Próximo intento en ${duration}.`,
  },
  visitorsHere: { one: 'visitante aquí', other: 'visitantes aquí' },
  rightNow: 'ahora mismo',
  ago: (duration) => `hace ${duration}`,
  tabs: { one: 'pestaña', other: 'pestañas' },
  browsers: { one: 'navegador', other: 'navegadores' },
  define: (tabs, browsers) => {
    const vienen = tabs.form === 'one' ? `Esta ${tabs.count} pestaña viene` : `Estas ${tabs.count} pestañas vienen`;
    return `Una pestaña abierta es un visitante. ${vienen} de ${browsers.count} ${es.browsers[browsers.form]}.`;
  },
  between: (lowest, highest, span) => `Entre ${lowest} y ${highest} ${enLosUltimos(span)}`,
  always: (count, span) => `Siempre ${count} ${enLosUltimos(span)}`,
  unknown: 'Aún no se sabe nada',
  dayUnreadable: 'Las últimas 24 horas no se pueden leer ahora',
  copied: 'Copiado',
  selected: 'Seleccionado: ahora cópialo',
};
