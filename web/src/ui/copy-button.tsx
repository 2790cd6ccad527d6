import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { Check, Copy } from 'lucide-react';

interface CopyButtonProps {
  readonly value: string;
  /** What is copied, for the accessible name: "digest", "key". */
  readonly what: string;
  readonly labelled?: boolean;
}

/** Copies, and says so in the place where it was pressed. */
export function CopyButton({ value, what, labelled = false }: CopyButtonProps) {
  const { copied, copy } = useClipboard({ timeout: 1600 });
  const icon = copied ? <Check size={14} /> : <Copy size={14} />;
  if (labelled) {
    return (
      <Button variant="default" leftSection={icon} onClick={() => copy(value)}>
        {copied ? 'Copied' : `Copy ${what}`}
      </Button>
    );
  }
  return (
    <Tooltip label={copied ? 'Copied' : `Copy ${what}`}>
      <ActionIcon size="sm" aria-label={copied ? `${what} copied` : `Copy ${what}`} onClick={() => copy(value)}>
        {icon}
      </ActionIcon>
    </Tooltip>
  );
}
