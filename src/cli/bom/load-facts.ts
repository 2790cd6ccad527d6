import type { ModelFacts } from '../../bom/facts.ts';
import { gatherFacts } from '../../node/bom/gather-facts.ts';
import { visible } from '../../scan/visible-text.ts';
import { Progress, progressLine } from '../render/progress.ts';
import { loadPolicy } from '../scan/load-files.ts';
import type { BomArguments } from './bom-arguments.ts';

/** Scans the model with a progress line. */
export async function factsOf(path: string, options: BomArguments): Promise<ModelFacts> {
  const policy = await loadPolicy(options.policy);
  const progress = new Progress(options.progress);
  try {
    const { facts } = await gatherFacts(path, {
      scan: {
        policy,
        jobs: options.jobs,
        onProgress: (state) => progress.show((elapsed) => progressLine(state, elapsed)),
        onStuckThread: () => void process.once('beforeExit', () => process.kill(process.pid, 'SIGKILL')),
      },
      name: options.name,
      version: options.modelVersion,
      limits: policy?.limits,
      onTensors: (file) => progress.show(() => `counting the tensors of ${visible(file)}`),
    });
    return facts;
  } finally {
    progress.end();
  }
}
