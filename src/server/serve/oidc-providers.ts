import { type OidcProvider, oidcProviderSettings } from '../../access/people/settings.ts';
import { StartError } from '../config/errors.ts';
import { readSecret } from '../config/read-secret.ts';
import type { ServerConfig } from '../config/schema.ts';

/**
 * Identity providers with the secrets that the configuration only names.
 * @throws StartError `secret-unreadable`, `config-invalid`
 */
export function oidcProviders({ oidc }: Pick<ServerConfig, 'oidc'>): readonly OidcProvider[] {
  const ids = oidc.map(({ id }) => id);
  if (new Set(ids).size < ids.length)
    throw StartError.of('config-invalid', 'oidc: expected providers with different ids');
  return oidc.map(({ clientSecret, ...provider }, index) => {
    const secret = clientSecret === undefined ? {} : { clientSecret: readSecret(clientSecret) };
    const parsed = oidcProviderSettings.safeParse({ ...provider, ...secret });
    if (parsed.success) return parsed.data;
    const faults = parsed.error.issues.map(({ path, message }) => `oidc.${index}.${path.join('.')}: ${message}`);
    throw StartError.of('config-invalid', faults);
  });
}
