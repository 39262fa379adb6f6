import type { helpTexts } from './help-texts.js';
import { vendorLabels } from './vendor-labels.js';

const { statuses } = vendorLabels;

/** The Spanish texts of the help page. `**words**` are bold. */
export const spanishHelpTexts: typeof helpTexts = {
  title: 'Ayuda',
  introduction: 'Respuestas para la persona de la tienda y para quien le da soporte.',
  sections: [
    {
      title: '¿Qué significan los estados?',
      facts: [
        [statuses.licensed, 'Todo está en orden. No hay nada que hacer.'],
        [
          statuses['requires-renewal'],
          'Las cajas aún pueden vender. Renueve la licencia en el servidor de autorización antes de su fecha de renovación.',
        ],
        [
          statuses.expired,
          'Las cajas no pueden vender. Renueve la licencia en el servidor de autorización y elija **Comprobar de nuevo**. O quite la licencia y obténgala de nuevo.',
        ],
        [statuses.unlicensed, 'Las cajas no pueden vender. Siga los pasos de la página de la licencia.'],
      ],
    },
    {
      title: 'Las cajas no pueden vender. ¿Y ahora?',
      facts: [
        [
          'Lea la página de la licencia',
          'Sus avisos indican la causa y la solución, primero lo más urgente.',
        ],
        [
          'Compruebe la conexión a internet',
          'El token de licencia dura unos días sin internet. Después el servidor debe conectarse una vez.',
        ],
        [
          'Compruebe la lista de servidores y cajas',
          'Indica cada dispositivo que este servidor rechaza, con el motivo.',
        ],
      ],
    },
    {
      title: '¿Qué necesita el soporte?',
      facts: [
        [vendorLabels.fields.serverId, 'En la página de la licencia, con un botón que lo copia.'],
        ['Versión', 'Al pie de cada página.'],
        [
          'Historial',
          'En la página del historial, **Exportar como CSV** guarda todo en un archivo sin secretos.',
        ],
        ['Diagnóstico', 'En el servidor, ejecute **pos-licensing doctor**. Indica cada fallo y su solución.'],
      ],
    },
    {
      title: '¿Dónde está el token de administrador?',
      facts: [
        [
          'Sin cambios desde la instalación',
          'Está en el archivo **initial-admin-token** de la carpeta de datos de este servicio. La página de inicio de sesión muestra la ruta.',
        ],
        [
          'Asignado por un administrador',
          'Es el ajuste **ADMIN_TOKEN**, o está en el archivo de **ADMIN_TOKEN_FILE**.',
        ],
        ['Perdido', 'En el servidor, ejecute **pos-licensing reset-admin-token**.'],
      ],
    },
  ],
};
