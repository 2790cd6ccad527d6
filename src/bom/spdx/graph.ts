/** The elements of one SPDX document, each with an id that depends on nothing but their order. */
export class SpdxGraph {
  readonly elements: object[] = [];
  readonly #namespace: string;
  readonly #numbers = new Map<string, number>();
  readonly #ids: string[] = [];

  constructor(namespace: string) {
    this.#namespace = namespace;
  }

  /** Ids of everything put so far, for a collection that holds it. */
  ids(): readonly string[] {
    return [...this.#ids];
  }

  creationInfo(created: Date, createdBy: string): void {
    this.elements.push({
      type: 'CreationInfo',
      '@id': CREATION,
      specVersion: '3.0.1',
      created: `${created.toISOString().slice(0, 19)}Z`,
      createdBy: [createdBy],
    });
  }

  /** A new id: the first of its kind is bare, further ones are numbered. */
  reserve(kind: string): string {
    const number = (this.#numbers.get(kind) ?? 0) + 1;
    this.#numbers.set(kind, number);
    return `${this.#namespace}#${kind}${number === 1 ? '' : `-${number}`}`;
  }

  put(id: string, type: string, fields: Readonly<Record<string, unknown>>): void {
    this.elements.push({ type, spdxId: id, creationInfo: CREATION, ...present(fields) });
    this.#ids.push(id);
  }

  add(kind: string, type: string, fields: Readonly<Record<string, unknown>>): string {
    const id = this.reserve(kind);
    this.put(id, type, fields);
    return id;
  }

  /** A relationship from one element to others; none when there are no others. */
  relate(
    from: string,
    relationshipType: string,
    to: readonly string[],
    fields: Readonly<Record<string, unknown>> = {},
    type = 'Relationship',
  ): void {
    if (to.length === 0) return;
    this.add('relationship', type, { relationshipType, from, to: [...new Set(to)], ...fields });
  }
}

const CREATION = '_:creation';

function present(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
