import type { Span } from '../formats.ts';
import type { Messages } from './en.ts';

function nosUltimos({ unit, count }: Span): string {
  if (unit === 'minute') return count === 1 ? 'no último minuto' : `nos últimos ${count} minutos`;
  if (unit === 'day') return count === 1 ? 'no último dia' : `nos últimos ${count} dias`;
  return count === 1 ? 'na última hora' : `nas últimas ${count} horas`;
}

export const ptBR: Messages = {
  fixed: {
    description: 'Quantas pessoas estão neste site agora, ao vivo.',
    language: 'Idioma',
    in: 'em',
    visits: 'Visitas',
    peak: 'Pico de visitantes',
    visitorSeconds: 'Tempo total no site',
    pages: 'Páginas com mais visitantes',
    noPages: 'As páginas aparecem aqui quando alguém as abre.',
    period: 'Período',
    lastWeek: '7 dias',
    lastMonth: '30 dias',
    showAll: 'Ver tudo',
    csv: 'Baixar CSV',
    openTab: 'Abra outra aba',
    openTabWhy: 'e veja o número subir',
    embed: 'Coloque no seu site',
    embedHow: 'duas linhas de HTML',
    embedIntro:
      'Cole estas duas linhas onde o número deve aparecer. A partir daí, cada aba com o seu site aberto entra na contagem.',
    preview: 'Prévia',
    counted: 'O que contar',
    wholeSite: 'o site inteiro',
    thisPage: 'só a página em que está',
    label: 'Texto ao lado do número',
    anyLanguage: 'o mesmo do site',
    format: 'Formato do número',
    observe: 'Mostrar o número sem contar quem o vê',
    close: 'Fechar',
  },
  connection: {
    connecting: 'Conectando…',
    live: 'Ao vivo',
    stale: 'Sem atualizações do servidor',
    delayed: 'Atualizações a cada 15 segundos',
    reconnecting: 'Reconectando',
    offline: 'Este dispositivo está sem conexão',
    refused: 'Conexão recusada:',
    in: (duration) => `em ${duration}`,
    again: (duration) => `Nova tentativa em ${duration}.`,
  },
  reasons: {
    403: 'Este site não tem permissão para ler a contagem.',
    429: 'Há abas demais abertas na sua rede.',
  },
  visitorsHere: { one: 'visitante aqui', other: 'visitantes aqui' },
  rightNow: 'agora',
  ago: (duration) => `(atualizado há ${duration})`,
  tabs: { one: 'aba', other: 'abas' },
  browsers: { one: 'navegador', other: 'navegadores' },
  define: (tabs, browsers) => `Cada aba aberta conta como um visitante. Agora: ${tabs} em ${browsers}.`,
  partial: 'Parte da contagem está desatualizada: não há contato com alguns servidores.',
  between: (lowest, highest, span) => `Entre ${lowest} e ${highest} ${nosUltimos(span)}`,
  always: (count, span) => `Sempre ${count} ${nosUltimos(span)}`,
  noData: 'Ainda não há dados',
  pastUnavailable: 'Não foi possível carregar este período',
  chart: 'Visitantes ao longo do tempo',
  visitsThen: { one: 'visita', other: 'visitas' },
  dayTotal: (visits, peak) => `Total do dia: ${visits}, pico de ${peak}`,
  copy: 'Copiar',
  copied: 'Copiado',
  selected: 'Texto selecionado. Agora é só copiar.',
};
