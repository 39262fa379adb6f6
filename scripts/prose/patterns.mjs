/**
 * Words and patterns that are not plain English, each with a replacement.
 * @type {readonly (readonly [RegExp, string])[]}
 */
export const patterns = [
  [/\b(?:tells?|told|telling)\b/i, 'publish, emit, report, notify, return'],
  [/\b(?:hears?|heard|hearing)\b/i, 'receive, learn'],
  [/\b(?:is|are|was|were|be|been|once) said\b|\bsa(?:ys?|id) (?:so|of)\b/i, 'report, state, describe'],
  [
    /\b(?:stands?|stood|standing) (?:in|beside|below|above|before|there|between|behind|against)\b/i,
    'is in, is listed under, next to',
  ],
  [/\banew\b/i, 'again'],
  [/\bfor good\b/i, 'permanently'],
  [/\bat once\b/i, 'immediately, together'],
  [/\bmeanwhile\b/i, 'in the meantime, concurrently'],
  [/\b(?:by|for|of|to|from|with|than|as) who\b|\bwhoever\b/i, 'anyone who'],
  [
    /(?:^|[.:;] )(?:Who|What) (?![^.;]*\?)(?:\w+ ){1,6}(?:is|are|was|has|can|may|must|will|\w+s)\b/,
    'a noun, or anyone who',
  ],
  [/(?<!there )\b(?:is|are|was|were) no (?!longer\b|more\b|less\b|later\b|earlier\b)/i, 'is not a'],
  [/(?<!instead )\bof (?:its|their|his|her|our|your|my) own\b(?! \w)/i, 'its own'],
  [/, also (?:when|where|if|after|at|by|of|to|for|in|not|those|from|the|an?)\b/i, 'even'],
  [/\bnull: (?:none|nothing|not|no|never)\b/i, '`null` if there is none'],
  [/\bcure[sd]?\b/i, 'remedy'],
  [/\bsees? to\b/i, 'ensures, handles'],
  [
    /\b(?:behaviour|colour|neighbour|honour|favour|labour|centre|licence|catalogue|judgement)/i,
    'American spelling',
  ],
  [
    /\b(?:whilst|grey|fulfils?|analys(?:e[ds]?|ing)|(?:un)?(?:cance|labe|mode|trave|signa)ll(?:ed|ing))\b/i,
    'American spelling',
  ],
  [
    /\b(?:un|re)?(?:recogn|author|organ|real|initial|serial|normal|summar|synchron|optim|minim|maxim|general|special|custom|final|random|sanit)is(?:e[ds]?|ing|ation)\b/i,
    'American spelling',
  ],
];

/** Files and folders that `npm run lint` checks. */
export const checkedPaths = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'docker-compose.yml',
  'vitest.config.ts',
  'bench',
  'client',
  'deploy',
  'docs',
  'mock-auth-server',
  'scripts',
  'src',
  'test',
];

/** Texts that stay as they are, with the reason. */
export const exceptions = [
  { file: 'scripts/prose/', text: '', reason: 'the patterns themselves and their examples' },
  { file: 'bench/results/', text: '', reason: 'records of earlier runs' },
  { file: 'docs/assurance.yaml', text: '- ', reason: 'titles are checked in the tests' },
  { file: 'docs/assurance.yaml', text: 'cancelling', reason: 'figures of the last run quote their test' },
];
