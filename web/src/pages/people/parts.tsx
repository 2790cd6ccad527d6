import type { Reply } from '../../api/call.ts';
import styles from './parts.module.css';

type Factors = Reply<'people.show'>['factors'];

/** Roles by name; none is said too, because it is a state that somebody should notice. */
export function RoleList({ roles }: { readonly roles: readonly string[] }) {
  if (roles.length === 0) return <span className="quiet">no role</span>;
  return (
    <span className={styles.roles}>
      {[...new Set(roles)].map((role) => (
        <span key={role} className={styles.role}>
          {role}
        </span>
      ))}
    </span>
  );
}

/** The ways in that an account has; a password alone is named as what it is. */
export function FactorMarks({ factors }: { readonly factors: Factors }) {
  const ways = [
    factors.passkeys > 0 && (factors.passkeys === 1 ? 'passkey' : `${factors.passkeys} passkeys`),
    factors.oidc && 'single sign-on',
    factors.password && 'password',
    factors.totp && 'code',
  ].filter((way): way is string => way !== false);
  if (ways.length === 0) return <span className="quiet">nothing yet</span>;
  const weak = factors.password && factors.passkeys === 0 && !factors.totp && !factors.oidc;
  return <span className={weak ? styles.weak : undefined}>{weak ? 'password only' : ways.join(' + ')}</span>;
}
