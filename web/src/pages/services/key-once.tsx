import type { Reply } from '../../api/call.ts';
import { SecretOnce } from '../../ui/secret-once.tsx';
import { dateOf } from '../../ui/time-words.ts';

interface KeyOnceProps {
  readonly issued: Reply<'keys.issue'>;
  readonly onDone: () => void;
}

/** The secret of a new key. */
export function KeyOnce({ issued, onDone }: KeyOnceProps) {
  return (
    <SecretOnce
      secrets={[issued.secret]}
      what="key"
      lead={`Put it into the secret store of the program, which sends it as “Authorization: Bearer …”. It ends on ${dateOf(issued.key.expiresAt)}.`}
      onStored={onDone}
    />
  );
}
