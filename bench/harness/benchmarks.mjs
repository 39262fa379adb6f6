import { auditGrowth } from '../benchmarks/audit-growth.mjs';
import { connectRegisters } from '../benchmarks/connect-registers.mjs';
import { deviceGrowth } from '../benchmarks/device-growth.mjs';
import { drainBacklog, drainGrowth } from '../benchmarks/drain-backlog.mjs';
import { fanOut, fanOutGrowth } from '../benchmarks/fan-out.mjs';
import { fleet } from '../benchmarks/fleet.mjs';
import { firstMinutes } from '../benchmarks/first-minutes.mjs';
import { flood } from '../benchmarks/flood.mjs';
import { grantRefreshes } from '../benchmarks/grant-refreshes.mjs';
import { hearOfCommit } from '../benchmarks/hear-of-commit.mjs';
import { hub } from '../benchmarks/hub.mjs';
import { peerGrowth } from '../benchmarks/peer-growth.mjs';
import { readLicense } from '../benchmarks/read-license.mjs';
import { readPage } from '../benchmarks/read-page.mjs';
import { refreshLicense } from '../benchmarks/refresh-license.mjs';
import { scrape } from '../benchmarks/scrape.mjs';
import { start, startAsInImage } from '../benchmarks/start.mjs';
import { storm } from '../benchmarks/storm.mjs';
import { verifyFirstEdDsa, verifyFirstEs256, verifyFirstRs256 } from '../benchmarks/verify-first.mjs';
import { verifyOverHttp } from '../benchmarks/verify-over-http.mjs';
import { verifyProof } from '../benchmarks/verify-proof.mjs';
import { verifySeen } from '../benchmarks/verify-seen.mjs';

/** In the order of their runs. @type {readonly import('./benchmark.mjs').Benchmark[]} */
export const benchmarks = [
  verifyFirstEs256,
  verifyFirstEdDsa,
  verifyFirstRs256,
  verifySeen,
  verifyProof,
  readLicense,
  verifyOverHttp,
  readPage,
  hearOfCommit,
  drainBacklog,
  fanOut,
  connectRegisters,
  storm,
  hub,
  flood,
  refreshLicense,
  grantRefreshes,
  start,
  startAsInImage,
  firstMinutes,
  fanOutGrowth,
  drainGrowth,
  auditGrowth,
  deviceGrowth,
  peerGrowth,
  scrape,
  fleet,
];
