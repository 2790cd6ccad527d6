import type { Limits } from '../../bytes/limits.ts';
import type { TemplateFact } from '../../bom/facts.ts';
import type { Document } from '../../bom/read-nodes.ts';
import { readCard } from '../../bom/readme.ts';
import type { StatementSources } from '../../bom/statements.ts';
import { decodeText } from '../../formats/decode-text.ts';
import type { Facets } from '../../formats/facets.ts';
import { listener } from '../../scan/listener.ts';
import { scanSource } from '../../scan/scan-source.ts';
import { visible } from '../../scan/visible-text.ts';
import { sha256Text } from '../digest.ts';
import { noteOf, withSameFile, type ModelFile } from './model-file.ts';

/** Files whose templates a tokenizer uses. */
const TEMPLATE_FILES = /(?:^|\/)(?:tokenizer_config\.json|chat_template\.json|processor_config\.json|[^/]+\.jinja2?)$/i;

/** What the documents of a model say, with its chat templates; files that cannot be read become notes. */
export interface ReadSources {
  readonly statements: Omit<StatementSources, 'paths'>;
  readonly templates: readonly TemplateFact[];
  readonly notes: readonly string[];
}

export function readStatementSources(files: readonly ModelFile[], limits: Limits): ReadSources {
  return new SourceReader(files, limits).read();
}

class SourceReader {
  readonly #files: readonly ModelFile[];
  readonly #limits: Limits;
  readonly #notes: string[] = [];
  readonly #templates: TemplateFact[] = [];

  constructor(files: readonly ModelFile[], limits: Limits) {
    this.#files = files;
    this.#limits = limits;
  }

  read(): ReadSources {
    // Loaders ask for the exact name; `CONFIG.JSON`, which sorts before it, must not speak in its place.
    const named = (name: string): ModelFile | undefined => this.#files.find((one) => one.path === name);
    const card = (name: string): ModelFile | undefined =>
      named(name) ?? this.#files.find((one) => one.path.toLowerCase() === name.toLowerCase());
    const config = this.#document(named('config.json'));
    const adapterConfig = this.#document(named('adapter_config.json'));
    const templates = this.#files.filter(({ path, report }) => TEMPLATE_FILES.test(path) || report.format === 'gguf');
    const documents = templates.map((one) => ({ format: one.report.format, document: this.#document(one) }));
    const gguf = documents.find(({ format }) => format === 'gguf')?.document;
    const cardText = this.#card(card('README.md'));
    return {
      statements: { card: cardText, config, adapterConfig, gguf },
      templates: this.#templates,
      notes: this.#notes,
    };
  }

  #card(one: ModelFile | undefined): StatementSources['card'] {
    if (one === undefined) return undefined;
    return this.#attempt(one, () => {
      const limit = { name: 'maxYamlBytes', bytes: this.#limits.maxYamlBytes };
      const { text } = withSameFile(one, this.#limits.maxFileBytes, (source) => decodeText(source, limit));
      const card = readCard(text, one.path, this.#limits);
      if (card.problem !== undefined) {
        this.#notes.push(`the front matter of ${visible(one.path)} was not read: ${card.problem}`);
      }
      return { ...card, file: one.path };
    });
  }

  /** The document of a file, taken apart by the parser that judges it; its templates are kept on the way. */
  #document(one: ModelFile | undefined): Document | undefined {
    if (one === undefined) return undefined;
    return this.#attempt(one, () => {
      let root: Document['root'] | undefined;
      const rules = [
        listener('document', (document, { member }) => {
          if (document.pointer === '' && member === '') root ??= document.root;
        }),
        listener('template', (template) => this.#template(one, template)),
      ];
      withSameFile(one, this.#limits.maxFileBytes, (source) =>
        scanSource(source, one.path, { rules, limits: this.#limits }),
      );
      return root === undefined ? undefined : { file: one.path, root };
    });
  }

  #template(one: ModelFile, { name, text, pointer }: Facets['template']): void {
    const origin = { file: one.path, pointer };
    this.#templates.push({ name, sha256: sha256Text(text), characters: text.length, origin });
  }

  #attempt<Result>(one: ModelFile, read: () => Result): Result | undefined {
    try {
      return read();
    } catch (error) {
      this.#notes.push(noteOf(one.path, error));
      return undefined;
    }
  }
}
