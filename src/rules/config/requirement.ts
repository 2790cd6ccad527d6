import { KNOWN_FORGE_HOSTS, KNOWN_INDEX_HOSTS } from '../data/package-sources.ts';
import type { Severity } from '../rule.ts';

/** What is wrong with one requirement of a Python environment, as pip reads it. */
export interface RequirementFault {
  readonly what: string;
  readonly severity: Severity;
}

/**
 * Characters by which a shell would run something else; deployments paste requirements into command lines
 * (CVE-2025-15379). After `;` a requirement may carry a marker (PEP 508), in `${NAME}` pip looks up a variable.
 */
const SHELL =
  /[`\n]|\$\(|&&|\|\||\|\s*\w*sh\b|;(?!\s*(?:\(\s*)*(?:python_version|python_full_version|sys_platform|sys\.platform|platform[_.]\w+|os_name|implementation_\w+|extra|["'])|\s*$)/;
const INDEX = /^(?:-i|--index-url|--extra-index-url|-f|--find-links)(?:[=\s]+|(?=http))/;
const TRUSTED_HOST = /^--trusted-host[=\s]+(\S+)/;
const ADDRESS = /(?:(git|hg|svn|bzr)\+)?([a-z][a-z0-9.+-]{1,20}):\/\/(?:[^\s/@]*@)?([^\s/:?#]*)/i;

/** Judges one requirement or option of pip; null when it is an ordinary one. */
export function judgeRequirement(line: string): RequirementFault | null {
  if (SHELL.test(line)) return { what: 'holds shell syntax', severity: 'high' };
  const trusted = TRUSTED_HOST.exec(line)?.[1];
  if (trusted !== undefined) {
    return isKnown(trusted.split(':')[0]) ? null : { what: 'trusts a host without a certificate', severity: 'medium' };
  }
  const [, , scheme = '', host] = ADDRESS.exec(line) ?? [];
  if (host === undefined) return null;
  return judgeAddress(scheme.toLowerCase(), host.toLowerCase(), INDEX.test(line));
}

function judgeAddress(scheme: string, host: string, isIndex: boolean): RequirementFault | null {
  if (scheme === 'file') return null;
  if (scheme === 'http' || scheme === 'git')
    return { what: 'comes over an unprotected connection', severity: 'medium' };
  if (isIndex) return isKnown(host) ? null : { what: 'comes from an index nobody knows', severity: 'medium' };
  if (KNOWN_INDEX_HOSTS.has(host)) return null;
  const severity = KNOWN_FORGE_HOSTS.has(host) ? 'low' : 'medium';
  return { what: 'comes from outside the package index', severity };
}

function isKnown(host: string | undefined): boolean {
  return host !== undefined && (KNOWN_INDEX_HOSTS.has(host) || KNOWN_FORGE_HOSTS.has(host));
}
