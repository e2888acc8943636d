import type { Span, Words } from './messages.ts';

function nosUltimos({ unit, count }: Span): string {
  if (unit === 'minute') return count === 1 ? 'no último minuto' : `nos últimos ${count} minutos`;
  return count === 1 ? 'na última hora' : `nas últimas ${count} horas`;
}

export const ptBR: Words = {
  name: 'Português',
  fixed: {
    language: 'Idioma',
    in: 'em',
    visits: 'Visitas',
    peak: 'Máximo ao mesmo tempo',
    visitorSeconds: 'Tempo somado de todos aqui',
    period: 'Período',
    lastMinutes: '10 min',
    lastDay: '24 h',
    partial: 'Alguns servidores não respondem: a parte deles é a última que se conhece.',
    buffered: 'O número chega aos solavancos: algo no caminho o retém. No nginx, isto resolve:',
    silent: 'O servidor responde, mas algo no caminho retém os dados ao vivo. No nginx, isto resolve:',
    openTab: 'Abra outra aba',
    openTabWhy: 'e veja o número subir',
    embed: 'Use no seu site',
    embedHow: 'duas linhas de HTML',
    embedIntro: 'Cole duas linhas onde o número deve aparecer. Cada aba aberta no seu site passa a contar.',
    preview: 'Prévia',
    label: 'Texto',
    widgetLanguage: 'Idioma',
    anyLanguage: 'o do site',
    format: 'Número',
    observe: 'Mostrar o número sem contar quem o vê',
    snippet: 'HTML',
    copy: 'Copiar',
    close: 'Fechar',
  },
  connection: {
    connecting: 'Conectando…',
    live: 'Ao vivo',
    stale: 'Sem notícias do servidor',
    reconnecting: 'Reconectando',
    offline: 'Este dispositivo está sem conexão',
    refused: 'Recusado:',
    now: '…',
    in: (duration) => `em ${duration}`,
    again: (duration) => `Nova tentativa em ${duration}.`,
  },
  visitorsHere: { one: 'visitante aqui', other: 'visitantes aqui' },
  rightNow: 'agora',
  ago: (duration) => `há ${duration}`,
  tabs: { one: 'aba', other: 'abas' },
  browsers: { one: 'navegador', other: 'navegadores' },
  define: (tabs, browsers) => {
    const vem = tabs.form === 'one' ? `Esta ${tabs.count} aba vem` : `Estas ${tabs.count} abas vêm`;
    return `Uma aba aberta é um visitante. ${vem} de ${browsers.count} ${ptBR.browsers[browsers.form]}.`;
  },
  between: (lowest, highest, span) => `Entre ${lowest} e ${highest} ${nosUltimos(span)}`,
  always: (count, span) => `Sempre ${count} ${nosUltimos(span)}`,
  unknown: 'Ainda não se sabe nada',
  dayUnreadable: 'As últimas 24 horas não podem ser lidas agora',
  copied: 'Copiado',
  selected: 'Selecionado: agora copie',
};
