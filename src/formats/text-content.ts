/** A piece of readable text: a whole small file, a part of a large one, or a string inside a document. */
export interface TextContent {
  readonly text: string;
  /** Byte offset of the piece in the source. */
  readonly offset: number;
  /** JSON pointer or key of the string; '' when it is the file itself. */
  readonly pointer: string;
  /** What kind of text it is: prose is read by people and agents, `code` by interpreters, `data` by programs (vocabularies, merges). */
  readonly nature: 'prose' | 'code' | 'data' | 'identifier';
}
