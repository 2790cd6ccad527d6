import { documentRule } from './document-rule.ts';
import { SUPPLY_CHAIN } from './references.ts';

/** Registries that spaCy’s own packages fill. A name without a namespace, `Adam.v1`, is thinc’s. */
const KNOWN =
  /^(?:spacy|spacy-transformers|spacy-legacy|spacy-loggers|spacy-curated-transformers|spacy-llm|spacy-experimental|thinc|catalogue|scispacy)\./;

export const spacyRegistry = documentRule<{ registry: string; name: string }>()({
  id: 'spacy-registry',
  title: 'spaCy pipeline needs functions of an unknown package',
  severity: 'medium',
  formats: ['ini'],
  references: [{ kind: 'CWE', id: 'CWE-829' }, ...SUPPLY_CHAIN],
  why: 'Entries with `@` name functions that some installed package has registered. The pipeline cannot be loaded without that package, whose code then runs.',
  fix: 'Find out which package registers the function, and read it before installing it.',
  examples: {
    bad: [
      {
        name: 'config.cfg',
        content: '[components.x]\nfactory = "x"\n\n[components.x.model]\n@architectures = "acme_nlp.Model.v1"\n',
      },
    ],
    good: [
      {
        name: 'config.cfg',
        content:
          '[components.ner.model]\n@architectures = "spacy.TransitionBasedParser.v2"\n\n[training.optimizer]\n@optimizers = "Adam.v1"\n',
      },
    ],
  },
  message: ({ registry, name }) => `${registry} needs ${name}`,
  check(index, report) {
    if (index.document.syntax !== 'ini') return;
    for (const place of index.registryKeys) {
      const name = place.text ?? '';
      if (KNOWN.test(name) || !/^[^.]+\..+\.v\d+$/.test(name)) continue;
      report(place, { registry: String(place.step), name });
    }
  },
});
