import { LimitError } from './errors.ts';

const KiB = 1024;
const MiB = 1024 * KiB;
const GiB = 1024 * MiB;

/** Every bound the scanner obeys, in one place; each can be overridden by a policy file. */
export const defaultLimits = {
  /** Containers inside containers: a model in a tar in a zip is 3; 8 leaves room, and stops quines. */
  maxNestingDepth: 8,
  /** Members over one whole file, nested ones included. The largest torch zips seen hold some 10^5 records. */
  maxMembers: 500_000,
  /** Bytes produced by decompression over one whole file. */
  maxInflatedBytes: 16 * GiB,
  /**
   * Produced / consumed bytes of one member once it passes `minRatioBytes`. Weights compress below 20; only runs of
   * equal bytes, as bombs are made of, get above 250 (deflate tops out at 1032).
   */
  maxInflationRatio: 250,
  minRatioBytes: 256 * MiB,
  /** How often one decompressed view may start over because an earlier byte is wanted again. */
  maxRewinds: 16,
  /** Opcodes of one pickle stream: 2^31 is about four minutes of work and far above any real file. */
  maxPickleOpcodes: 2 ** 31,
  /** Live objects (not constants) one pickle may build in the symbolic machine. */
  maxPickleObjects: 4_000_000,
  /** Entries of the stack and of the memo of the symbolic machine, 8 bytes each. */
  maxPickleStack: 32_000_000,
  /** Items of a container the machine keeps for judging; those above are counted, not kept. */
  maxPickleItems: 256,
  /** Pickles in one stream, one after the other; logs of appended records have some 10^4. */
  maxStackedPickles: 100_000,
  /** Arrays in a pickle of joblib whose raw bytes run on and on as opcodes, each of which is run to its end. */
  maxRunningArrays: 16,
  /** Constants of a pickle tried as nested payloads. */
  maxPickleConstantsTried: 20_000,
  /** Objects visited to find the tensors of a checkpoint; one that is shared counts once for each way that leads to it. */
  maxTensorVisits: 2_000_000,
  /** Objects inside objects on the way to a tensor; modules nest some 20 deep, at 4 objects each. */
  maxObjectDepth: 512,
  /** The name of one tensor; real ones have some 100 letters. */
  maxTensorNameChars: 4096,
  /** The names of all tensors of one file. */
  maxTensorNamesChars: 64 * MiB,
  /** Bytes of arrays that a pickle holds as text and that have to be decoded to be read. */
  maxInlineArrayBytes: 256 * MiB,
  /** Values beside the tensors that are listed; further ones are only counted. */
  maxOmittedValues: 10_000,
  /**
   * Bytes of all tensors of one storage, written out in full, for each byte of the storage, once they pass
   * `minRatioBytes`: a view of stride 0 may claim 10^12 elements of one byte.
   */
  maxTensorExpansion: 256,
  /** Reference implementation's MAX_HEADER_SIZE (safetensors/src/tensor.rs). */
  maxSafetensorsHeaderBytes: 100_000_000,
  /** A text document (JSON, YAML, TOML) parsed to a tree. Real tokenizer.json files reach 35 MB. */
  maxDocumentBytes: 128 * MiB,
  maxDocumentNodes: 8_000_000,
  maxDocumentDepth: 256,
  /** YAML and TOML are read by libraries that build a whole syntax tree; the largest honest ones are some 1 MB. */
  maxYamlBytes: 4 * MiB,
  /** Expansion of YAML aliases ("billion laughs"). */
  maxYamlAliases: 1000,
  /** A chat template; the largest honest ones are some 20 KB. */
  maxTemplateBytes: 256 * KiB,
  /** Text looked through for hidden characters and instructions; beyond it the text is counted as unexamined. */
  maxTextBytes: 256 * MiB,
  /** Python source taken apart at once; the largest generated modules of transformers have 0.3 MB. */
  maxPythonBytes: 8 * MiB,
  /** Header tables (zip central directory, GGUF key-values) held in memory at once. */
  maxTableBytes: 256 * MiB,
  maxGgufEntries: 1_000_000,
  /** Whole tokenizer.json files are embedded as one GGUF string, and reach 35 MB; ggml itself allows 1 GiB. */
  maxGgufStringBytes: 64 * MiB,
  /** Messages inside messages; protobuf's own readers stop at 100. */
  maxProtobufDepth: 100,
  /** Tables, vectors and strings of one FlatBuffer; models of 10^5 nodes have some 10^6. */
  maxFlatbufferParts: 4_000_000,
  /** History a decoder keeps. xz -9 needs 64 MiB, zstd --ultra 128; memory grows with the output, not with the claim. */
  maxDictionaryBytes: 256 * MiB,
  /** A member that no format reads to its end is still inflated this far, to verify its length and checksum. */
  maxVerifiedBytes: 64 * MiB,
  /** Stored bytes of a member read only to verify their checksum. */
  maxStoredChecksumBytes: 1 * MiB,
  /** Compressed members of one archive that may run into `maxInflationRatio` before the rest is left unread. */
  maxBombs: 4,
  /** Bytes outside every entry of an archive that are searched for hidden entries. */
  maxGapSearchBytes: 64 * MiB,
  /** Groups and data sets of one HDF5 file; the largest models have some 10^4. */
  maxHdf5Objects: 200_000,
  /** Index nodes, heap blocks and header messages walked in one HDF5 file. */
  maxHdf5Nodes: 5_000_000,
  /** Bytes a data set may hold for each byte that is stored of it; deflate tops out at 1032. */
  maxDatasetExpansion: 1000,
  /** Bytes that all data sets of one file may hold beyond that together: small ones that were never written. */
  maxUnbackedBytes: 64 * MiB,
  /** Findings of one rule kept for one file; further ones are counted. */
  maxFindingsPerRule: 100,
  /** One file on disk. No published model file is this large; what claims to be is sparse or a mistake. */
  maxFileBytes: 16 * 1024 * GiB,
  /** Standard input, kept in a temporary file while it is examined. */
  maxStdinBytes: 64 * GiB,
  /** Wall time for one file on disk, members included. */
  maxSecondsPerFile: 900,
} as const;

export type LimitName = keyof typeof defaultLimits;
export type Limits = { readonly [Name in LimitName]: number };

/** What has been spent on one file on disk; shared by everything nested in it. */
export class Budget {
  readonly limits: Limits;
  readonly #deadline: number;
  #members = 0;
  #inflatedBytes = 0;
  #constantsTried = 0;
  #runningArrays = 0;

  constructor(limits: Limits) {
    this.limits = limits;
    this.#deadline = performance.now() + limits.maxSecondsPerFile * 1000;
  }

  /** @throws LimitError when the file holds too many members. */
  spendMember(): void {
    this.#members += 1;
    if (this.#members > this.limits.maxMembers) {
      throw LimitError.of('maxMembers', this.limits.maxMembers, this.#members);
    }
  }

  /** @throws LimitError when decompression has produced too much. */
  spendInflated(bytes: number): void {
    this.#inflatedBytes += bytes;
    if (this.#inflatedBytes > this.limits.maxInflatedBytes) {
      throw LimitError.of('maxInflatedBytes', this.limits.maxInflatedBytes, this.#inflatedBytes);
    }
    this.checkTime();
  }

  /** False once enough constants of a pickle were tried as nested payloads. */
  tryConstant(): boolean {
    this.#constantsTried += 1;
    return this.#constantsTried <= this.limits.maxPickleConstantsTried;
  }

  /** @throws LimitError when too many arrays of one file run as opcodes. */
  spendRunningArray(): void {
    this.#runningArrays += 1;
    const { maxRunningArrays } = this.limits;
    if (this.#runningArrays > maxRunningArrays) {
      throw LimitError.of('maxRunningArrays', maxRunningArrays, this.#runningArrays);
    }
  }

  /** @throws LimitError when the time for this file is over. */
  checkTime(): void {
    if (performance.now() > this.#deadline) {
      throw LimitError.of('maxSecondsPerFile', this.limits.maxSecondsPerFile, 'more');
    }
  }
}
