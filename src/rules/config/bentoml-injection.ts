import { type DocumentNode, get, stringOf } from '../../formats/document.ts';
import { documentRule } from './document-rule.ts';
import { SUPPLY_CHAIN } from './references.ts';

export const bentomlInjection = documentRule<{ key: string; value: string }>()({
  id: 'bentoml-injection',
  title: 'Bento description injects commands into its image',
  severity: 'high',
  formats: ['yaml'],
  references: [
    { kind: 'CWE', id: 'CWE-78' },
    { kind: 'CVE', id: 'CVE-2026-33744' },
    { kind: 'CVE', id: 'CVE-2026-44345' },
    { kind: 'CVE', id: 'CVE-2026-44346' },
    ...SUPPLY_CHAIN,
  ],
  why: 'BentoML before 1.4.39 writes system packages, base image and names of environment variables into a Dockerfile without quoting them, so a line break or a shell character in them runs commands when the image is built.',
  fix: 'Do not build the bento. Upgrade BentoML, and correct the value.',
  examples: {
    bad: [
      { name: 'bentofile.yaml', content: 'service: s:svc\ndocker:\n  system_packages:\n    - "curl && id"\n' },
      { name: 'bento.yaml', content: 'docker:\n  base_image: "python:3.11\\nRUN id"\n' },
    ],
    good: [
      {
        name: 'bentofile.yaml',
        content:
          'service: s:svc\nenvs:\n  - name: A_B\n    value: x\ndocker:\n  base_image: registry.example.com:5000/a/b@sha256:00\n  system_packages:\n    - libgomp1\n    - g++=4:12.2.0-3~deb\n',
      },
    ],
  },
  message: ({ key, value }) => `"${key}" is not a plain name: ${JSON.stringify(value)}`,
  check(index, report) {
    if (!/^bento(?:file)?\.ya?ml$/.test(index.document.fileName)) return;
    const { node } = index.root;
    const docker = get(node, 'docker');
    const suspects = [
      ...strings('system_packages', get(docker, 'system_packages'), /^[\w.+:=~@-]+$/),
      ...strings('base_image', get(docker, 'base_image'), /^[\w./:@-]+$/),
      ...environmentNames(get(node, 'envs')),
    ];
    for (const { key, value } of suspects) report(index.root, { key, value: value.slice(0, 200) });
  },
});

function strings(key: string, node: DocumentNode | undefined, plain: RegExp): { key: string; value: string }[] {
  const nodes = node?.kind === 'list' ? node.items : node === undefined ? [] : [node];
  return nodes.flatMap((item) => {
    const value = stringOf(item);
    return value === undefined || plain.test(value) ? [] : [{ key, value }];
  });
}

function environmentNames(node: DocumentNode | undefined): { key: string; value: string }[] {
  if (node?.kind !== 'list') return [];
  return node.items.flatMap((item) => strings('envs', get(item, 'name'), /^[A-Za-z_]\w*$/));
}
