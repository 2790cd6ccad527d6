import { useLocation } from '@tanstack/react-router';
import { useMe } from '../api/hooks.ts';
import { ErrorState } from '../ui/states.tsx';
import styles from './admission.module.css';
import { Redirect } from './redirect.tsx';
import { Shell } from './shell.tsx';

/** Lets people in who are signed in; sends the others to where that is done. */
export function Admission() {
  const { data: me, error, isPending, refetch } = useMe();
  const { href } = useLocation();
  if (isPending) return <div className={styles.wait} role="status" aria-label="Opening the console" />;
  if (me === undefined) {
    return (
      <main className={styles.alone}>
        <h1 className="visually-hidden">Vouchsafe</h1>
        <ErrorState error={error} retry={refetch} />
      </main>
    );
  }
  if (me === null) return <Redirect to="/sign-in" {...(href === '/' ? {} : { next: href })} />;
  if (me.enrolmentRequired) return <Redirect to="/enrol" />;
  return <Shell />;
}
