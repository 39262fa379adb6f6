import { dirname, isAbsolute, relative } from 'node:path';
import { rolldown } from 'rolldown';

/**
 * Of these packages, the build joins the parts that the service uses. Nest must be joined with all that imports it, because
 * its classes must exist once, and with what it imports, because only the packages of package.json are sure to be found. A
 * process loads the other packages as they are.
 */
const JOINED =
  /^(@nestjs\/(common|core|platform-fastify|schedule|terminus)|@fastify\/(cors|error|middie)|fastify-plugin|find-my-way|fast-(decode-uri-component|deep-equal|querystring|safe-stringify)|path-to-regexp|reusify|safe-regex2|ret|toad-cache|luxon|rxjs|iterare|cron|uid|tslib|jose|openid-client|oauth4webapi|uqr|class-validator|validator|libphonenumber-js|@oxc-project\/runtime|typeorm|@sqltools\/formatter|ansis|dayjs|debug|dedent|ms|sql-highlight|tinyglobby|fdir|picomatch|supports-color)(\/|$)/;
/**
 * These CommonJS packages are required. To import one, Node would first read and scan each of its files for the names
 * that it exports, and then load it the same way.
 */
const REQUIRED = /^(tweetnacl|prom-client|class-transformer|@nats-io\/(jetstream|nkeys|transport-node))$/;
const HAS_NO_EFFECT = /node_modules\/(class-validator|validator|libphonenumber-js)\//;
/** The document is in dist/http/openapi.json, so the decorators have no effect at run time. */
const NO_DECORATORS =
  'export const { ApiBearerAuth, ApiExcludeController, ApiOperation, ApiProduces, ApiProperty, ApiResponse, ApiTags } = new Proxy({}, { get: () => () => () => {} });';

/**
 * Joins the compiled modules of the service into few files, because reading and linking each takes a part of the start.
 * @param {string} from the folder of the compiled modules
 * @param {string} to
 */
export async function joinModules(from, to) {
  const bundle = await rolldown({
    input: { main: `${from}/main.js`, cli: `${from}/cli.js` },
    platform: 'node',
    tsconfig: false,
    external: (id, importer) => {
      if (isAbsolute(id) || !/^[^./\0]/.test(id) || JOINED.test(id) || id === '@nestjs/swagger') return false;
      return !REQUIRED.test(id) || importer?.startsWith('\0required:') === true;
    },
    resolve: { mainFields: ['module', 'main'] },
    treeshake: { moduleSideEffects: (id) => !HAS_NO_EFFECT.test(id) },
    plugins: [
      {
        name: 'service',
        resolveId(id) {
          if (id === '@nestjs/swagger') return '\0decorators';
          if (REQUIRED.test(id)) return `\0required:${id}`;
          // The package debug works without supports-color, which may be installed or not.
          return /[/\\]describe-api\.js$|^supports-color$/.test(id) ? '\0none' : null;
        },
        load(id) {
          if (id === '\0decorators') return NO_DECORATORS;
          if (id.startsWith('\0required:')) return `module.exports = require('${id.slice(10)}');`;
          return id === '\0none' ? 'export const describeApi = undefined;' : null;
        },
        // A module finds its files by its own place, which the joined file does not have.
        transform(code, id) {
          const place = relative(from, id).replaceAll('\\', '/');
          if (place.startsWith('..') || isAbsolute(place) || !code.includes('import.meta.')) return null;
          const path = JSON.stringify(`./${place}`);
          const folder = JSON.stringify(`/${dirname(place)}`);
          return {
            code: code
              .replaceAll('import.meta.dirname', `(import.meta.dirname + ${folder})`)
              .replaceAll('import.meta.url', `new URL(${path}, import.meta.url).href`),
            map: null,
          };
        },
      },
    ],
  });
  await bundle.write({ dir: to, chunkFileNames: '[name].js', keepNames: true, sourcemap: true });
  await bundle.close();
}
