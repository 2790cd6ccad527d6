import type { Reply } from '../../api/call.ts';
import { Stack } from '../../ui/panel.tsx';
import { sentence } from '../../ui/states.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { scopeWords } from '../grants/words.ts';
import styles from './tester.module.css';

/** What would be decided, why, by what, and what would change it. */
export function Answer({ answer }: { readonly answer: Reply<'policies.try'> }) {
  const { decision, reasons, policies, grants, ways } = answer;
  return (
    <div className={styles.answer} data-decision={decision}>
      <Stack>
        <p className={styles.decision}>
          <StatusMark of={decision}>{decision === 'allow' ? 'It would be allowed' : 'It would be denied'}</StatusMark>
        </p>
        <List title="Because" items={reasons.map(sentence)} />
        <List title={decision === 'deny' ? 'What would change it' : 'Also'} items={ways.map(sentence)} />
        {policies.length > 0 && (
          <section>
            <h2>Policies that decided</h2>
            <p>
              <code>{policies.join(', ')}</code>
            </p>
          </section>
        )}
        <List
          title="Grants"
          items={grants.map(
            ({ role, scope, used, why }) =>
              `${role} on ${scopeWords(scope)}: ${used ? 'counted' : 'did not count'}, ${why}`,
          )}
        />
      </Stack>
    </div>
  );
}

function List({ title, items }: { readonly title: string; readonly items: readonly string[] }) {
  if (items.length === 0) return null;
  return (
    <section>
      <h2>{title}</h2>
      <ul className={styles.list}>
        {items.map((item) => (
          <li key={item}>{item}</li>
        ))}
      </ul>
    </section>
  );
}
