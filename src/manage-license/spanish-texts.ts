import { html } from './html.js';
import { spanishHelpTexts } from './spanish-help-texts.js';
import { spanishHistoryTexts } from './spanish-history-texts.js';
import { spanishPeerTexts } from './spanish-peer-texts.js';
import type { Texts } from './texts.js';
import { vendorLabels } from './vendor-labels.js';

export const spanish: Texts = {
  language: 'es',
  product: 'Licencias de TPV',
  skipToContent: 'Ir al contenido',
  loggedInAs: (name) => `Sesión de ${name}`,
  none: 'Ninguno',
  newTab: '(se abre en otra pestaña)',
  openServer: 'Abrir el servidor de autorización',

  copy: {
    label: 'Copiar',
    serverId: 'Copiar Server ID',
    copied: 'Copiado',
    failed: 'Seleccione el texto y cópielo a mano',
  },

  footer: { help: 'Ayuda' },

  look: {
    theme: 'Tema',
    themes: { system: 'Sistema', light: 'Claro', dark: 'Oscuro' },
    language: 'Idioma',
  },

  distance: {
    format: new Intl.RelativeTimeFormat('es', { numeric: 'always' }),
    justPassed: 'hace menos de un minuto',
    soon: 'dentro de menos de un minuto',
  },

  held: { text: 'La licencia ha cambiado.', show: 'Mostrarla' },

  navigation: {
    label: 'Principal',
    license: 'Licencia',
    peers: 'Servidores y cajas',
    history: 'Historial',
    logOut: 'Cerrar sesión',
  },

  login: {
    title: 'Iniciar sesión',
    introduction: 'Esta página muestra y administra la licencia de este servidor de TPV.',
    token: 'Token de administrador',
    name: 'Su nombre (opcional)',
    nameHint: 'El historial lo muestra junto a sus acciones.',
    submit: 'Iniciar sesión',
    help: '¿Dónde está el token de administrador?',
    inFile: 'Este servicio lo creó en su primer arranque. Está en este archivo del servidor:',
    showFile: 'Para verlo, ejecute en el servidor:',
    inSetting:
      'Es el ajuste **ADMIN_TOKEN** de este servicio, o está en el archivo que indica **ADMIN_TOKEN_FILE**.',
    noFile:
      'Este servicio lo creó en su primer arranque, y su archivo ya no está en el servidor. Quizá lo tenga un gestor de contraseñas.',
    reset:
      '¿Lo ha perdido? En el servidor, detenga el servicio, ejecute **pos-licensing reset-admin-token** y vuelva a arrancar el ' +
      'servicio. El token anterior deja entonces de funcionar.',
    changeSetting:
      '¿Lo ha perdido? Detenga el servicio, asigne a **ADMIN_TOKEN** un secreto nuevo de al menos 16 caracteres y vuelva a ' +
      'arrancar el servicio. El token anterior deja entonces de funcionar.',
    wrong: 'El token de administrador no es correcto. Más abajo se indica dónde encontrarlo.',
    slowed:
      'El token de administrador no es correcto. Hay demasiados intentos incorrectos: los siguientes se retrasan. El token ' +
      'correcto siempre se acepta.',
    refused:
      'El token de administrador no es correcto y hay demasiados intentos incorrectos en curso. Espere unos segundos y vuelva a ' +
      'intentarlo.',
    badName:
      'Un nombre tiene como máximo 64 caracteres: letras, cifras, signos de puntuación, símbolos y espacios. Cambie el nombre y ' +
      'vuelva a intentarlo.',
    takenName: 'El historial usa el nombre «system» para el propio servicio. Elija otro nombre.',
    ended: 'Su sesión ha terminado. Inicie sesión de nuevo para continuar.',
  },

  license: {
    title: vendorLabels.title,
    fields: vendorLabels.fields,
    statuses: vendorLabels.statuses,
    details: 'Detalles de la licencia',
    nextRefresh: 'Próxima actualización',
    lastContact: 'Último contacto con el servidor de autorización',
    neverContacted: 'nunca',
    technical: 'Detalles técnicos',
    next: vendorLabels.next,
    complete: vendorLabels.complete,
    cancel: 'Cancelar',
    refresh: 'Actualizar ahora',
    checkAgain: 'Comprobar de nuevo',
    remove: 'Quitar licencia',
  },

  standing: {
    canSellUntil: (date, limit) => html`Las cajas pueden vender hasta el ${date} (${limit})`,
    cannotSell: (why) => html`Las cajas no pueden vender (${why})`,
    cannotSellSince: (date, why) => html`Las cajas no pueden vender desde el ${date} (${why})`,
    unlicensed: 'Las cajas no pueden vender: este servidor no tiene licencia',
    timeLeft: (percent) => `Queda el ${percent} % del tiempo`,
    limits: { token: 'token de licencia', license: 'fecha de renovación de la licencia' },
    ends: { expired: 'licencia caducada', 'token-expired': 'token de licencia caducado' },
  },

  acquire: {
    title: 'Obtener una licencia',
    introduction: 'Este servidor aún no tiene licencia. Obtenerla requiere seis pasos y cerca de un minuto:',
    again: 'Para obtener la licencia de nuevo:',
    steps: {
      logIn:
        'En otra pestaña, inicie sesión en el servidor de autorización, elija la organización que quiere administrar y después ' +
        'elija **Authorize Device**.',
      chooseDevice: 'Elija el dispositivo que recibirá la licencia en la lista desplegable **Device**.',
      next: 'De vuelta en la página de la licencia, elija **Next**.',
      copy: 'La página muestra ahora un **User Code**. Cópielo en el portapapeles.',
      authorize:
        'En el servidor de autorización, péguelo en el campo **User Code**, elija **Authorize** y confirme las preguntas que ' +
        'aparezcan.',
      complete:
        'De vuelta en la página de la licencia, elija **Complete Authorization**. La página muestra entonces los detalles de la ' +
        'licencia.',
    },
    chooseAgain: (server) => `Este servidor tuvo antes la licencia de **${server}**: elija **${server}**.`,
    userCode: vendorLabels.userCode,
    copy: 'Copiar User Code',
    expires: 'Este código caduca el',
    timeLeft: 'Tiempo restante:',
    phases: {
      label: 'Progreso',
      code: 'Obtener un User Code',
      confirm: 'Confirmar en el servidor de autorización',
      licensed: vendorLabels.statuses.licensed,
      done: '(hecho)',
    },
    phone: {
      title: 'Con un teléfono',
      text: 'Escanee este código. Abre el servidor de autorización con el User Code ya escrito.',
      link: 'Abrir con el User Code ya escrito',
      qrCode: 'Código QR de la dirección del servidor de autorización con el User Code',
    },
    movesOn: 'Esta página también muestra la licencia sin ningún clic poco después de la confirmación.',
  },

  warnings: {
    tokenExpiring: {
      title: 'El token de licencia caduca pronto',
      text: 'Vuelva a conectar el servidor a internet para obtener tokens nuevos.',
    },
    tokenExpired: {
      title: 'El token de licencia ha caducado',
      text: 'Vuelva a conectar el servidor a internet para obtener tokens nuevos. Hasta entonces pueden rechazarse las conexiones de cajas y de otros servidores.',
    },
    offline: {
      title: 'No se puede contactar con el servidor de autorización',
      text: 'La licencia no cambia y el servicio sigue intentándolo. Compruebe la conexión a internet de este servidor.',
    },
    refused: {
      title: 'El servidor de autorización no ha actualizado el token de licencia',
      text: 'Corrija la licencia en el servidor de autorización y elija **Comprobar de nuevo**.',
    },
    requiresRenewal: {
      title: 'Renueve la licencia',
      text: 'La fecha de renovación está cerca. Renueve la licencia en el servidor de autorización. La próxima actualización aplica la renovación; para aplicarla ahora, elija **Comprobar de nuevo**.',
    },
    expired: {
      title: 'La licencia ha caducado',
      text: 'Renueve la licencia en el servidor de autorización y elija **Comprobar de nuevo**. Si no se puede renovar, elija **Quitar licencia** y siga los pasos para obtener de nuevo una licencia.',
    },
    reauthorization: {
      title: 'Este servidor debe autorizarse de nuevo',
      text: 'El servidor de autorización ya no acepta el token de actualización de este servidor: se sustituyó, se usó dos veces o es demasiado antiguo, o este servidor se restauró a partir de una copia de seguridad. La licencia se mantiene hasta que caduque su token. Antes de eso, autorice de nuevo este servidor con los pasos siguientes.',
    },
    serverChanged: {
      title: (now) => `Este servidor tiene ahora la licencia de ${now}`,
      text: (now, before) =>
        `Antes era **${before}**. Las cajas asignadas a ${before} se rechazan. Si es un error, elija **Quitar licencia**, obtenga de nuevo la licencia y elija **${before}**. Si ${now} es correcto, asígnele las cajas en el servidor de autorización.`,
    },
    clockSuspect: {
      title: 'El reloj de este servidor parece incorrecto',
      text: 'Corrija la fecha y la hora de este servidor. Hasta entonces el servicio usa la última hora fiable.',
    },
    shortLife: {
      title: 'Los tokens de licencia duran menos de 24 horas',
      text: 'Las cajas dejan de vender cuando este servidor lleva sin conexión lo que dura su token de licencia. En el servidor de autorización, haga que los tokens de acceso duren al menos 24 horas; 7 días es un buen valor. Después elija **Comprobar de nuevo**.',
    },
    machineTime: 'Este servidor indica',
    trustedTime: 'Según el servidor de autorización es',
    until: 'Caduca',
    expiredAt: 'Caducó',
    since: 'Desde',
    nextTry: 'Próximo intento',
    reason: 'Motivo:',
  },

  ended: {
    removed: {
      title: 'La licencia se ha quitado de este servidor',
      text: 'Para dar de nuevo una licencia a este servidor, siga los pasos siguientes.',
    },
    revoked: {
      title: 'El servidor de autorización ha revocado la licencia',
      text: 'La autorización de este servidor se retiró allí, o no se renovó antes de que caducara su token de licencia. Autorice de nuevo este servidor con los pasos siguientes.',
    },
  },

  authorizationEnded: {
    denied: {
      title: 'La autorización se ha denegado',
      text: 'Alguien eligió **Deny** en el servidor de autorización. Si fue un error, elija **Next** para obtener un nuevo User Code.',
    },
    expired: {
      title: 'El User Code ha caducado',
      text: 'Nadie lo introdujo a tiempo. Elija **Next** para obtener otro.',
    },
    refused: {
      title: 'El servidor de autorización no ha concedido ninguna licencia',
      text: 'Resuelva el problema descrito abajo y elija **Next** para obtener un nuevo User Code.',
    },
  },

  notices: {
    pending: {
      title: 'Aún sin autorizar',
      text: 'Nadie ha introducido y confirmado todavía este User Code en el servidor de autorización. Hágalo y elija de nuevo **Complete Authorization**.',
    },
    'no-authorization': {
      title: 'No hay ningún User Code que completar',
      text: 'Se canceló. Elija **Next** para obtener otro.',
    },
    'next-unreachable': {
      title: 'No se puede contactar con el servidor de autorización',
      text: 'El servidor de autorización emite el User Code. Compruebe la conexión a internet de este servidor y elija de nuevo **Next**.',
    },
    'complete-unreachable': {
      title: 'No se puede contactar con el servidor de autorización',
      text: 'El User Code sigue siendo válido. Compruebe la conexión a internet de este servidor y elija de nuevo **Complete Authorization**.',
    },
    'refresh-unreachable': {
      title: 'El token de licencia no se ha actualizado',
      text: 'El servidor de autorización no envió ninguna respuesta utilizable. La licencia no cambia.',
    },
    'license-present': {
      title: 'Este servidor ya tiene licencia',
      text: 'Para obtener otra licencia, elija antes **Quitar licencia**.',
    },
    'no-license': {
      title: 'Este servidor no tiene ninguna licencia que actualizar',
      text: 'Elija **Next** para obtener una.',
    },
    acquired: {
      title: 'Este servidor tiene licencia',
      text: 'Se ha avisado a las cajas y a los demás servidores.',
    },
    refreshed: {
      title: 'Hecho',
      text: 'El servidor de autorización ha respondido. Esta página está al día.',
    },
    cancelled: { title: 'Cancelado', text: 'El User Code ya no es válido.' },
  },

  removal: {
    title: 'Quitar licencia',
    question: (server) => `¿Quitar la licencia de ${server}?`,
    effects: [
      'Las cajas de este servidor no pueden vender hasta que vuelva a tener licencia. Se avisa inmediatamente a ellas y a los servidores conectados a este.',
      'La licencia se devuelve al servidor de autorización inmediatamente, o en cuanto se pueda contactar con él.',
      'Para dar de nuevo una licencia a este servidor hacen falta internet y alguien que pueda iniciar sesión en el servidor de autorización.',
    ],
    confirm: 'Quitar licencia',
    keep: 'Conservar licencia',
  },

  history: spanishHistoryTexts,
  peers: spanishPeerTexts,
  help: spanishHelpTexts,

  errors: {
    back: 'Ir a la página de la licencia',
    400: {
      title: 'La solicitud no es válida',
      text: 'El servicio no puede procesar lo que envió el navegador. Vaya a la página de la licencia e inténtelo de nuevo desde allí.',
    },
    403: {
      title: 'Este formulario no está actualizado',
      text: 'Pertenece a una sesión anterior o a otra página. Vaya a la página de la licencia e inténtelo de nuevo desde allí.',
    },
    404: {
      title: 'Página no encontrada',
      text: 'Puede que la dirección esté mal escrita o que la página se haya movido.',
    },
    429: { title: 'Demasiados intentos', text: 'Espere unos segundos y vuelva a intentarlo.' },
    500: {
      title: 'Algo ha fallado',
      text: 'El servicio no pudo completar la solicitud. No guardó cambios parciales. Inténtelo de nuevo; si el error persiste, consulte el registro del servicio.',
    },
  },
};
