import { Button } from '@mantine/core';
import { Row } from './panel.tsx';

interface FormEndProps {
  /** What pressing it does. */
  readonly verb: string;
  readonly busy: boolean;
  readonly disabled?: boolean;
  readonly onCancel: () => void;
}

/** The end of a form in a dialog: away, or on. */
export function FormEnd({ verb, busy, disabled = false, onCancel }: FormEndProps) {
  return (
    <Row end>
      <Button variant="default" onClick={onCancel}>
        Cancel
      </Button>
      <Button type="submit" loading={busy} disabled={disabled}>
        {verb}
      </Button>
    </Row>
  );
}
