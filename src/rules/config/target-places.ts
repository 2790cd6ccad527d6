import type { DocumentIndex, Place } from './document-index.ts';

/** Keys whose value is always imported and called: Hydra and MONAI, then jsonargparse (Lightning's command line). */
const TARGET_KEYS = ['_target_', 'class_path'] as const;

/** The keys that instantiate, at any depth, each with its text. */
export function targetPlaces(index: DocumentIndex): readonly { place: Place; text: string }[] {
  return TARGET_KEYS.flatMap((key) => index.keyed(key)).flatMap((place) => {
    const { text } = place;
    return text === undefined ? [] : [{ place, text }];
  });
}
