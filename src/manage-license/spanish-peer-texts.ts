import type { peerTexts } from './peer-texts.js';
import { vendorLabels } from './vendor-labels.js';

/** The texts of the page of connected servers and registers, in Spanish. `**words**` are bold. */
export const spanishPeerTexts: typeof peerTexts = {
  title: 'Servidores y cajas conectados',
  live: 'Esta página se actualiza sola.',
  summary: (total, connected, attention) =>
    `Conocidos: ${total}. Conectados: ${connected ?? 'se desconoce'}. Requieren atención: ${attention}.`,
  filter: 'Filtro',
  filters: {
    all: 'Todos',
    attention: 'Requieren atención',
    servers: 'Servidores',
    registers: 'Cajas',
  },
  search: 'El nombre o ID empieza por',
  submit: 'Buscar',
  columns: {
    name: 'Nombre',
    kind: 'Tipo',
    status: vendorLabels.fields.status,
    tokenExpiry: vendorLabels.fields.tokenExpiry,
    lastSeen: 'Última conexión',
  },
  kinds: { server: 'Servidor', register: 'Caja' },
  connected: 'Conectado',
  notConnected: 'Sin conexión',
  unknownConnection: 'Conexión desconocida',
  notReported: 'Aún sin informar',
  version: (version) => `Versión ${version}`,
  tokenStatuses: {
    none: 'Sin token de licencia',
    valid: 'Token de licencia válido',
    expiring: 'El token de licencia caduca pronto',
    expired: 'Token de licencia caducado',
  },
  atServer: 'Servidor de autorización',
  attention: {
    refused:
      'Este servidor lo rechaza. Compruebe su organización y su servidor central en el servidor de autorización.',
    unlicensed: 'No tiene licencia. Obtenga una en su propia página de licencia.',
    'license-expired': 'Renueve su licencia en el servidor de autorización.',
    'requires-renewal': 'Renueve su licencia en el servidor de autorización.',
    'reauthorization-required': 'Autorícelo de nuevo en su propia página de licencia.',
    'token-expired': 'No se ha conectado con un token de licencia nuevo.',
    'token-expiring': 'Su token de licencia caduca pronto. Compruebe su conexión a internet.',
    clock:
      'Su reloj va más de un día por delante del reloj de este servidor, por lo que se ignoran sus eventos. Corrija su fecha y hora.',
    'not-heard-of': 'Sin contacto desde hace más de un día. Compruebe que está encendido y en la red.',
    offline: 'No ha contactado con el servidor de autorización desde hace más de un día.',
    'clock-suspect': 'Su reloj parece incorrecto.',
  },
  refusals: {
    'wrong-hub':
      'Este servidor lo rechaza porque está asignado a otro servidor. Elija este servidor como su servidor central en el servidor de autorización.',
    'foreign-organization': 'Este servidor lo rechaza porque pertenece a otra organización.',
    'wrong-device-kind':
      'Este servidor lo rechaza porque su licencia es para otro tipo de dispositivo. Autorícelo de nuevo como lo que es.',
    'device-revoked':
      'Este servidor lo rechaza porque su autorización se retiró en el servidor de autorización. Autorícelo de nuevo.',
  },
  first: 'Primera página',
  next: 'Página siguiente',
  empty: {
    title: 'Aún no se ha conectado ninguna caja ni ningún servidor',
    text: 'Cada dispositivo aparece aquí tras su primera conexión. Para conectar un dispositivo:',
    hub: (server) =>
      `En el servidor de autorización, elija ${server} como **servidor central** del dispositivo y autorice el dispositivo.`,
    thisServer: 'este servidor',
    connect: 'Conecte el dispositivo con su token de licencia al bróker de este servidor:',
  },
  noneFits: 'No coincide ningún servidor ni ninguna caja.',
  noneInNeed: 'Ningún servidor ni ninguna caja requiere atención.',
};
