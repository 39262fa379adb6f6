import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { loadSettings } from '../src/config/load-settings.js';

const folder = join(import.meta.dirname, '../deploy/kubernetes');

interface Container {
  readonly name: string;
  readonly image: string;
  readonly ports: readonly { readonly name: string }[];
  readonly securityContext: object;
  readonly resources: { readonly requests: object; readonly limits: object };
  readonly volumeMounts: readonly { readonly name: string }[];
  readonly [probe: string]: unknown;
}

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly images?: readonly { readonly name: string; readonly newTag: string }[];
  readonly resources?: readonly string[];
  readonly spec?: {
    readonly replicas?: number;
    readonly selector?: { readonly matchLabels?: object } & Readonly<Record<string, unknown>>;
    readonly podSelector?: { readonly matchLabels?: object };
    readonly ingress?: readonly { readonly from?: readonly object[] }[];
    readonly template?: {
      readonly metadata: { readonly labels: object };
      readonly spec: {
        readonly automountServiceAccountToken: boolean;
        readonly securityContext: object;
        readonly containers: readonly Container[];
        readonly volumes: readonly {
          readonly name: string;
          readonly secret?: { readonly secretName: string };
        }[];
      };
    };
    readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string } }[];
    readonly ports?: readonly { readonly targetPort: string }[];
  };
}

function read(name: string): Manifest[] {
  const documents = parseAllDocuments(readFileSync(join(folder, name), 'utf8'), { strict: true });
  return documents.map((document) => {
    expect(document.errors, name).toEqual([]);
    return document.toJS() as Manifest;
  });
}

const [kustomization] = read('kustomization.yaml');
const names = readdirSync(folder).filter((name) => name !== 'kustomization.yaml');
const manifests = names.flatMap((name) => read(name));
const workloads = manifests.filter(({ spec }) => spec?.template);
const ofKind = (kind: string) => manifests.filter((manifest) => manifest.kind === kind);

const podOf = (name: string) =>
  workloads.find(({ metadata }) => metadata.name === name)?.spec?.template?.spec;

describe('the manifests', () => {
  it('are all listed in the kustomization, with images of this version', () => {
    expect(kustomization?.resources?.toSorted()).toEqual(names.toSorted());
    const packageJson = readFileSync(join(folder, '../../package.json'), 'utf8');
    const { version } = JSON.parse(packageJson) as { version: string };
    const images = workloads.flatMap(({ spec }) => spec?.template?.spec.containers.map(({ image }) => image));
    expect(kustomization?.images).toEqual(images.map((name) => ({ name, newTag: version })));
  });

  it('define each object once, and contain no secret', () => {
    const named = manifests.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    expect(new Set(named).size).toBe(named.length);
    expect(ofKind('Secret')).toEqual([]);
  });

  it('give the service valid settings', () => {
    const [settings] = ofKind('ConfigMap');
    const withoutFiles = Object.entries(settings?.data ?? {}).filter(([name]) => !name.endsWith('_FILE'));
    const secrets = { NATS_PASSWORD: 'x', NATS_CALLOUT_PASSWORD: 'x', NATS_SYS_PASSWORD: 'x' };
    const seed = { NATS_ISSUER_SEED: `SA${'A'.repeat(56)}` };
    const loaded = loadSettings({ ...Object.fromEntries(withoutFiles), ...secrets, ...seed });
    expect(loaded.nats.streamReplicas).toBe(3);
    expect(loaded.nats.url.split(',')).toHaveLength(3);
    // Accepted without ALLOW_INSECURE_NATS.
    for (const url of loaded.nats.url.split(',')) expect(url).toMatch(/^tls:/);
  });
});

describe.each(workloads.map((manifest) => ({ name: manifest.metadata.name, manifest })))(
  '$name',
  ({ manifest }) => {
    const pod = manifest.spec?.template;
    const containers = pod?.spec.containers ?? [];

    it('meets the restricted pod security standard, and has no access to the cluster API', () => {
      expect(pod?.spec.automountServiceAccountToken).toBe(false);
      expect(pod?.spec.securityContext).toMatchObject({
        runAsNonRoot: true,
        runAsUser: 1000,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      for (const { securityContext } of containers) {
        expect(securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
      }
    });

    it('has startup, liveness and readiness probes, and resource requests and limits', () => {
      for (const container of containers) {
        for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe']) {
          expect(container[probe], probe).toMatchObject({ periodSeconds: expect.any(Number) as number });
        }
        expect(Object.keys(container.resources.requests)).toEqual(['cpu', 'memory']);
        expect(Object.keys(container.resources.limits)).toEqual(['cpu', 'memory']);
      }
    });

    it('mounts exactly its volumes', () => {
      const volumes = (pod?.spec.volumes ?? []).map(({ name }) => name);
      const claims = (manifest.spec?.volumeClaimTemplates ?? []).map(({ metadata }) => metadata.name);
      for (const { volumeMounts } of containers) {
        expect(volumeMounts.map(({ name }) => name).toSorted()).toEqual([...volumes, ...claims].toSorted());
      }
    });

    it('has replicas that are not all evicted together, and matches the selectors of services and policies', () => {
      expect(manifest.spec?.replicas).toBeGreaterThan(1);
      const labels = pod?.metadata.labels ?? {};
      expect(labels).toMatchObject(manifest.spec?.selector?.matchLabels ?? { no: 'selector' });
      const isFor = (selector: object | undefined) => selector !== undefined && { ...labels, ...selector };
      const budgets = ofKind('PodDisruptionBudget').map(({ spec }) => isFor(spec?.selector?.matchLabels));
      const policies = ofKind('NetworkPolicy').map(({ spec }) => isFor(spec?.podSelector?.matchLabels));
      const services = ofKind('Service').filter(({ spec }) => {
        const [name] = Object.values(spec?.selector ?? {});
        return name === (labels as Record<string, string>)['app.kubernetes.io/name'];
      });
      expect(budgets).toContainEqual(labels);
      expect(policies).toContainEqual(labels);
      expect(services.length).toBeGreaterThan(0);
      const ports = containers.flatMap((container) => container.ports.map(({ name }) => name));
      for (const { spec } of services) {
        expect(ports).toEqual(
          expect.arrayContaining((spec?.ports ?? []).map(({ targetPort }) => targetPort)),
        );
      }
    });
  },
);

describe('another pod of the Kubernetes cluster', () => {
  const data = ofKind('ConfigMap').find(({ metadata }) => metadata.name === 'licensing')?.data ?? {};

  it('cannot forge the address of a client: TRUST_PROXY names single addresses, not a network of pods', () => {
    for (const address of (data['TRUST_PROXY'] ?? '').split(',')) expect(address).toMatch(/^[\d.]+\/32$/);
  });

  it('reaches page and API only from the named namespaces', () => {
    const policy = ofKind('NetworkPolicy').find(({ metadata }) => metadata.name === 'licensing');
    const sources = policy?.spec?.ingress?.map(({ from }) => from?.length ?? 0);
    expect(sources).toEqual([2]);
  });

  it('cannot read the metrics without the admin token', () => {
    expect(data['METRICS_ACCESS']).toBe('admin');
  });
});

describe('the network between service and brokers on Kubernetes', () => {
  const settings = ofKind('ConfigMap')[0]?.data ?? {};

  it('is encrypted: the brokers have a certificate, and the service trusts its authority', () => {
    const [nats] = podOf('nats')?.containers ?? [];
    expect(nats?.['env']).toEqual(
      expect.arrayContaining([
        { name: 'NATS_TLS_CERT', value: '/tls/tls.crt' },
        { name: 'NATS_TLS_KEY', value: '/tls/tls.key' },
      ]),
    );
    expect(settings['NODE_EXTRA_CA_CERTS']).toBe('/tls/ca.crt');
    for (const pod of [podOf('nats'), podOf('licensing')]) {
      expect(pod?.volumes.find(({ name }) => name === 'tls')?.secret?.secretName).toBe('nats-tls');
      expect(pod?.containers[0]?.volumeMounts).toContainEqual({
        name: 'tls',
        mountPath: '/tls',
        readOnly: true,
      });
    }
  });

  it('has a certificate for the name of each broker, made by the commands in docs/deployment.md', async () => {
    const page = readFileSync(join(folder, '../../docs/deployment.md'), 'utf8');
    const [, commands = ''] = /^(mkdir -m 700 tls\n.+?)\n\n/ms.exec(page) ?? [];
    const home = mkdtempSync(join(tmpdir(), 'tls-'));
    try {
      await promisify(execFile)('sh', ['-euc', commands], { cwd: home });
      const certificate = new X509Certificate(readFileSync(join(home, 'tls/tls.crt')));
      const authority = new X509Certificate(readFileSync(join(home, 'tls/ca.crt')));
      expect(certificate.verify(authority.publicKey) && certificate.checkIssued(authority)).toBe(true);
      expect(certificate.ca).toBe(false);
      const hosts = (settings['NATS_URL'] ?? '')
        .split(',')
        .map((url) => new URL(url.replace('tls:', 'http:')).hostname);
      for (const host of hosts) expect(certificate.checkHost(host)).toBe(host);
    } finally {
      rmSync(home, { recursive: true });
    }
  });
});
