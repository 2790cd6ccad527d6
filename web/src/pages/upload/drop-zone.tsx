import { Button } from '@mantine/core';
import { FileUp, FolderUp } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Row } from '../../ui/panel.tsx';
import { type ChosenFile, filesOfDrop, filesOfField } from './chosen-files.ts';
import styles from './upload.module.css';

interface DropZoneProps {
  readonly title: string;
  readonly onFiles: (files: readonly ChosenFile[]) => void;
  readonly onProblem: (problem: unknown) => void;
}

/** Takes files and whole folders, dropped or chosen. */
export function DropZone({ title, onFiles, onProblem }: DropZoneProps) {
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const zone = useRef<HTMLDivElement>(null);
  const isOver = useDrop(zone, { onFiles, onProblem });
  const take = (field: HTMLInputElement): void => {
    if (field.files !== null && field.files.length > 0) onFiles(filesOfField(field.files));
    // The same choice again is a choice again.
    field.value = '';
  };
  return (
    <div ref={zone} className={styles.zone} data-over={isOver || undefined}>
      <h2>{title}</h2>
      <p className="soft">Drop files or a folder anywhere in this field, or choose them.</p>
      <Row>
        <Button variant="default" leftSection={<FileUp size={15} />} onClick={() => files.current?.click()}>
          Choose files
        </Button>
        <Button variant="default" leftSection={<FolderUp size={15} />} onClick={() => folder.current?.click()}>
          Choose a folder
        </Button>
      </Row>
      <input
        ref={files}
        className="visually-hidden"
        type="file"
        multiple
        tabIndex={-1}
        aria-label="Files"
        onChange={(event) => take(event.currentTarget)}
      />
      <input
        ref={folder}
        className="visually-hidden"
        type="file"
        multiple
        tabIndex={-1}
        aria-label="Folder"
        onChange={(event) => take(event.currentTarget)}
        {...{ webkitdirectory: '' }}
      />
    </div>
  );
}

/** Whether something is held over the place; what is dropped there is taken. */
function useDrop(
  place: React.RefObject<HTMLElement | null>,
  { onFiles, onProblem }: Pick<DropZoneProps, 'onFiles' | 'onProblem'>,
): boolean {
  const [isOver, setOver] = useState(false);
  const act = useRef({ onFiles, onProblem });
  useEffect(() => {
    act.current = { onFiles, onProblem };
  });
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const ended = new AbortController();
    const { signal } = ended;
    const over = (event: DragEvent): void => {
      event.preventDefault();
      setOver(true);
    };
    const drop = (event: DragEvent): void => {
      event.preventDefault();
      setOver(false);
      if (event.dataTransfer === null) return;
      filesOfDrop(event.dataTransfer).then(
        (found) => act.current.onFiles(found),
        (error: unknown) => act.current.onProblem(error),
      );
    };
    element.addEventListener('dragover', over, { signal });
    element.addEventListener('dragleave', () => setOver(false), { signal });
    element.addEventListener('drop', drop, { signal });
    return () => ended.abort();
  }, [place]);
  return isOver;
}
