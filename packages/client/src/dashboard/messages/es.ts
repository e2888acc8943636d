import type { Span } from '../formats.ts';
import type { Messages } from './en.ts';

function enLosUltimos({ unit, count }: Span): string {
  if (unit === 'minute') return count === 1 ? 'en el último minuto' : `en los últimos ${count} minutos`;
  if (unit === 'day') return count === 1 ? 'en el último día' : `en los últimos ${count} días`;
  return count === 1 ? 'en la última hora' : `en las últimas ${count} horas`;
}

export const es: Messages = {
  fixed: {
    description: 'Cuántas personas hay en este sitio ahora mismo, en vivo.',
    language: 'Idioma',
    in: 'en',
    visits: 'Visitas',
    peak: 'Pico de visitantes',
    visitorSeconds: 'Tiempo total en el sitio',
    pages: 'Páginas con más visitantes',
    noPages: 'Las páginas aparecen aquí cuando alguien las abre.',
    period: 'Periodo',
    lastWeek: '7 días',
    lastMonth: '30 días',
    showAll: 'Ver todo',
    csv: 'Descargar CSV',
    openTab: 'Abre otra pestaña',
    openTabWhy: 'y mira cómo sube el número',
    embed: 'Ponlo en tu sitio',
    embedHow: 'dos líneas de HTML',
    embedIntro:
      'Pega estas dos líneas donde quieras mostrar el número. A partir de entonces se contará cada pestaña que tenga abierto tu sitio.',
    preview: 'Vista previa',
    counted: 'Qué contar',
    wholeSite: 'todo el sitio',
    thisPage: 'solo la página donde está',
    label: 'Texto junto al número',
    anyLanguage: 'el mismo del sitio',
    format: 'Formato del número',
    observe: 'Mostrar el número sin contar a quienes lo ven',
    close: 'Cerrar',
  },
  connection: {
    connecting: 'Conectando…',
    live: 'En vivo',
    stale: 'Sin actualizaciones del servidor',
    delayed: 'Actualizaciones cada 15 segundos',
    reconnecting: 'Reconectando',
    offline: 'Este dispositivo no tiene conexión',
    refused: 'Conexión rechazada:',
    in: (duration) => `en ${duration}`,
    again: (duration) => `Nuevo intento en ${duration}.`,
  },
  reasons: {
    403: 'Este sitio no tiene permiso para leer el recuento.',
    429: 'Hay demasiadas pestañas abiertas en tu red.',
  },
  visitorsHere: { one: 'visitante aquí', other: 'visitantes aquí' },
  rightNow: 'ahora mismo',
  ago: (duration) => `(actualizado hace ${duration})`,
  tabs: { one: 'pestaña', other: 'pestañas' },
  browsers: { one: 'navegador', other: 'navegadores' },
  define: (tabs, browsers) => `Cada pestaña abierta cuenta como un visitante. Ahora: ${tabs} en ${browsers}.`,
  partial: 'Parte del recuento no está al día: no hay contacto con algunos servidores.',
  between: (lowest, highest, span) => `Entre ${lowest} y ${highest} ${enLosUltimos(span)}`,
  always: (count, span) => `Siempre ${count} ${enLosUltimos(span)}`,
  noData: 'Aún no hay datos',
  pastUnavailable: 'No se pudo cargar este periodo',
  chart: 'Visitantes a lo largo del tiempo',
  visitsThen: { one: 'visita', other: 'visitas' },
  dayTotal: (visits, peak) => `Total del día: ${visits}, pico de ${peak}`,
  copy: 'Copiar',
  copied: 'Copiado',
  selected: 'Texto seleccionado. Ahora cópialo.',
};
