import { dirname, isAbsolute, relative } from 'node:path';
import { rolldown } from 'rolldown';

/** Of these packages, the build joins the parts that the service uses. A process imports the others as they are. */
const JOINED = /^(class-validator|validator|libphonenumber-js|@oxc-project\/runtime)(\/|$)/;
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
    external: (id) => !isAbsolute(id) && /^[^./\0]/.test(id) && !JOINED.test(id) && id !== '@nestjs/swagger',
    resolve: { mainFields: ['module', 'main'] },
    treeshake: { moduleSideEffects: (id) => !HAS_NO_EFFECT.test(id) },
    plugins: [
      {
        name: 'service',
        resolveId: (id) =>
          id === '@nestjs/swagger' ? '\0decorators' : /[/\\]describe-api\.js$/.test(id) ? '\0none' : null,
        load: (id) =>
          id === '\0decorators'
            ? NO_DECORATORS
            : id === '\0none'
              ? 'export const describeApi = undefined;'
              : null,
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
