import { html } from './html.js';
import type { Texts } from './texts.js';
import { vendorLabels } from './vendor-labels.js';

export const spanish: Texts = {
  product: 'Servidor de autorización simulado',
  skipToContent: 'Ir al contenido',
  aboutServer: 'Acerca de este servidor',
  mockNote: html`<strong>Servidor de autorización simulado</strong> para desarrollo y pruebas. Sus licencias
    no son reales.`,
  look: {
    theme: 'Tema',
    themes: { system: 'Sistema', light: 'Claro', dark: 'Oscuro' },
    language: 'Idioma',
  },
  navigation: 'Principal',
  logOut: 'Cerrar sesión',
  cancel: 'Cancelar',
  create: 'Crear',
  save: 'Guardar',
  edit: 'Editar',
  editNamed: (name) => `Editar ${name}`,
  actions: 'Acciones',
  none: 'Ninguno',
  yes: 'Sí',
  no: 'No',
  organization: 'Organización',
  backTo: (organization) => `Volver a ${organization}`,
  kinds: { server: 'Servidor', register: 'Caja' },
  labels: vendorLabels,

  login: {
    title: 'Iniciar sesión',
    email: 'Correo electrónico',
    password: 'Contraseña',
    submit: 'Iniciar sesión',
    where: 'Dónde encontrarlos',
    emailIs: (email) => html`El correo electrónico es ${email}.`,
    passwordInSetting: html`La contraseña es la del ajuste <strong>LOGIN_PASSWORD</strong> de este servidor.`,
    passwordInFile: 'La contraseña está en este archivo de la máquina de este servidor:',
    wrong: 'El correo electrónico o la contraseña no son correctos.',
    slowed: (seconds) => `Demasiados intentos incorrectos: espere ${seconds} segundos y vuelva a intentarlo.`,
  },

  organizations: {
    id: 'ID',
    manageNamed: (name) => `Manage: ${name}`,
    authorizeNamed: (name) => `Authorize Device: ${name}`,
    chooseForCode: (code) => html`Elija la organización del dispositivo que muestra el User Code ${code}.`,
    empty: 'Aún no hay ninguna organización. Cree una abajo.',
    idHint: 'Un prefijo de grupo, un guion y después letras minúsculas y cifras.',
    badId:
      'El ID debe ser un prefijo de grupo, un guion y después letras minúsculas y cifras, por ejemplo fc-example.',
    takenId: 'Este ID ya está en uso: elija otro.',
  },
  badName: 'El nombre debe tener entre 1 y 100 caracteres.',

  licenses: {
    title: 'Licencias',
    empty:
      'Aún no hay ninguna licencia. Una licencia fija las funciones de sus dispositivos, a cuántos cubre y cuándo termina.',
    create: 'Crear una licencia',
    titleOf: (name) => `Licencia ${name}`,
    used: 'Uso',
    usedOf: (used, count) => `${used}\u{A0}de\u{A0}${count}`,
    noEnd: 'Sin fecha de fin',
    expired: 'caducada',
    renew: 'Renovar un año',
    renewNamed: (name) => `Renovar un año: ${name}`,
    activate: 'Activar',
    activateNamed: (name) => `Activar ${name}`,
    deactivate: 'Desactivar',
    deactivateNamed: (name) => `Desactivar ${name}`,
    countHint: 'El número de dispositivos que cubre.',
    expiresHint: 'El final de ese día en UTC. Déjelo vacío para una licencia sin fin.',
    featuresHint: 'Por ejemplo xms para servidores, register para cajas.',
    faults: {
      count: 'El número de dispositivos debe estar entre 0 y 1000000.',
      expiresOn: 'El fin debe ser una fecha como 2027-06-30, o estar vacío.',
      features: 'Las funciones deben ser palabras en letras minúsculas, por ejemplo xms o register.',
    },
  },

  devices: {
    title: 'Dispositivos',
    empty:
      'Aún no hay ningún dispositivo. Cree los servidores y las cajas de esta organización y después autorícelos.',
    needLicense: 'Un dispositivo necesita una licencia que lo cubra. Cree antes la licencia.',
    create: 'Crear un dispositivo',
    titleOf: (name) => `Dispositivo ${name}`,
    kind: 'Tipo',
    license: 'Licencia',
    url: 'URL',
    authorization: 'Autorización',
    notAuthorized: 'Sin autorizar',
    replayed: 'Debe autorizarse de nuevo: se repitió un token de actualización',
    authorizedSince: (date) => html`Autorizado desde el ${date}`,
    hubHint: 'El servidor al que se conecta este dispositivo.',
    urlHint: 'La dirección para sus cajas y servidores de tienda. Solo para servidores.',
    remove: 'Retirar autorización',
    removeNamed: (name) => `Retirar autorización de ${name}`,
    removeTitle: (name) => `¿Retirar la autorización de ${name}?`,
    removeEffect: (device, organization) =>
      html`${device} de ${organization} pierde su licencia de forma permanente en su próxima actualización.
      Para recuperarla, autorice de nuevo el dispositivo con otro User Code. Su plaza queda libre.`,
    faults: {
      url: 'La URL debe ser http o https, por ejemplo https://store.example.',
      license: 'La licencia debe pertenecer a esta organización.',
      hub: 'El servidor central debe ser un servidor de esta organización.',
      'hub-cycle': 'El servidor central no debe llevar de vuelta al propio dispositivo.',
    },
  },

  authorize: {
    noDevices: (organization) =>
      `${organization} aún no tiene ningún dispositivo. Cree antes un dispositivo y después autorícelo.`,
    alreadyAuthorized: 'ya autorizado',
    chooseDevice: 'Elija el dispositivo',
    codeHint: html`Elija <strong lang="en">Next</strong> en la página de la licencia para obtenerlo.`,
    question: (device) => `¿Autorizar ${device}?`,
    effect: 'Esto concede una licencia al dispositivo que muestra este User Code.',
    asker: (name) =>
      html`El dispositivo que la solicita se llama a sí mismo ${name}. Este servidor no puede comprobar ese
      nombre.`,
    again: html`Este dispositivo ya está autorizado. <strong lang="en">Confirm</strong> pone fin a su
      autorización anterior, cuyos tokens de licencia siguen siendo válidos hasta que caduquen.`,
    advice: html`Elija <strong lang="en">Confirm</strong> solo si ve este User Code en la página de licencia
      de ese dispositivo. Si alguien le envió el código, elija <strong lang="en">Deny</strong>.`,
    granted: 'Dispositivo autorizado',
    grantedText: (device, organization) =>
      html`${device} de ${organization} está autorizado. De vuelta en su página de licencia, elija
        <strong lang="en">Complete Authorization</strong>.`,
    denied: 'Autorización denegada',
    deniedText: 'No se ha concedido nada. El User Code ya no es válido.',
    slowed: (minutes) =>
      `Demasiados User Codes incorrectos: espere ${minutes} minutos y vuelva a intentarlo.`,
    refusals: {
      'user-code-unknown': () => 'User Code desconocido: compárelo con la página de la licencia.',
      'user-code-used': () =>
        html`Este User Code ya se usó: elija otra vez <strong lang="en">Next</strong> en la página de la
          licencia.`,
      'user-code-expired': () =>
        html`Este User Code ha caducado: elija otra vez <strong lang="en">Next</strong> en la página de la
          licencia.`,
      'device-unknown': () => 'No existe ese dispositivo en esta organización.',
      'wrong-device-kind': ({ deviceId, kind }) =>
        kind === 'server'
          ? `Este User Code se emitió para una caja, pero ${deviceId} es un servidor: elija otro dispositivo.`
          : `Este User Code se emitió para un servidor, pero ${deviceId} es una caja: elija otro dispositivo.`,
      'license-expired': ({ licenseId }) => `La licencia ${licenseId} ha caducado y debe renovarse.`,
      'license-inactive': ({ licenseId }) => `La licencia ${licenseId} no está activa.`,
      'license-used-up': ({ licenseId, count }) =>
        `La licencia ${licenseId} está agotada: cubre ${count} dispositivos.`,
    },
  },

  help: {
    title: 'Ayuda',
    introduction:
      'Este servidor sustituye al servidor de autorización del fabricante. Aquí una persona concede licencias a servidores y cajas.',
    stepsTitle: 'Dar una licencia a un dispositivo',
    steps: [
      html`En la página de licencia del dispositivo, elija <strong lang="en">Next</strong>. La página muestra
        un User Code.`,
      html`Inicie sesión aquí, elija <strong lang="en">Manage</strong> junto a la organización y después
        <strong lang="en">Authorize Device</strong>.`,
      html`Elija el dispositivo, introduzca el User Code, elija <strong lang="en">Authorize</strong>, compare
        lo que muestra la página y elija <strong lang="en">Confirm</strong>.`,
      html`De vuelta en la página de la licencia, elija <strong lang="en">Complete Authorization</strong>.`,
    ],
    more: html`La página de inicio de sesión indica dónde está la contraseña. Todos los ajustes están en el
      archivo <code>mock-auth-server/README.md</code> del proyecto.`,
    back: 'Ir a las organizaciones',
  },

  failures: {
    back: 'Volver a las organizaciones',
    noPage: { title: 'No encontrado', text: 'No existe esa página.' },
    noOrganization: { title: 'No encontrado', text: 'No existe esa organización.' },
    noDevice: { title: 'No encontrado', text: 'No existe ese dispositivo en esta organización.' },
    noLicense: { title: 'No encontrado', text: 'No existe esa licencia en esta organización.' },
    noDecision: {
      title: 'Sin decisión',
      text: html`Elija <strong lang="en">Confirm</strong> o <strong lang="en">Deny</strong>: no se ha
        concedido ni denegado nada.`,
    },
    otherSite: { title: 'Formulario rechazado', text: 'Otro sitio envió este formulario.' },
    otherSession: {
      title: 'Formulario rechazado',
      text: 'Este formulario no pertenece a su sesión: vuelva atrás, recargue la página e inténtelo de nuevo.',
    },
    unreadable: { title: 'Formulario rechazado', text: 'No se pudo leer este formulario.' },
    internal: { title: 'Error interno', text: 'Algo ha fallado: consulte el registro de este servidor.' },
  },
};
