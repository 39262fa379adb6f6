import { auditGrowth } from '../rows/audit-growth.mjs';
import { connectRegisters } from '../rows/connect-registers.mjs';
import { deviceGrowth } from '../rows/device-growth.mjs';
import { drainBacklog, drainGrowth } from '../rows/drain-backlog.mjs';
import { fanOut, fanOutGrowth } from '../rows/fan-out.mjs';
import { fleet } from '../rows/fleet.mjs';
import { grantRefreshes } from '../rows/grant-refreshes.mjs';
import { hearOfCommit } from '../rows/hear-of-commit.mjs';
import { peerGrowth } from '../rows/peer-growth.mjs';
import { readLicense } from '../rows/read-license.mjs';
import { readPage } from '../rows/read-page.mjs';
import { refreshLicense } from '../rows/refresh-license.mjs';
import { start } from '../rows/start.mjs';
import { verifyFirstEdDsa, verifyFirstEs256 } from '../rows/verify-first.mjs';
import { verifyOverHttp } from '../rows/verify-over-http.mjs';
import { verifyProof } from '../rows/verify-proof.mjs';
import { verifySeen } from '../rows/verify-seen.mjs';

/** In the order in which they run. @type {readonly import('./row.mjs').Row[]} */
export const rows = [
  verifyFirstEs256,
  verifyFirstEdDsa,
  verifySeen,
  verifyProof,
  readLicense,
  verifyOverHttp,
  readPage,
  hearOfCommit,
  drainBacklog,
  fanOut,
  connectRegisters,
  refreshLicense,
  grantRefreshes,
  start,
  fanOutGrowth,
  drainGrowth,
  auditGrowth,
  deviceGrowth,
  peerGrowth,
  fleet,
];
