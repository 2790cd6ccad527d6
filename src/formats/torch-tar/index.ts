import { flavourOf } from '../archive-flavour.ts';
import { defineFormat, type Probe } from '../format.ts';
import { examineTar, tar } from '../tar/index.ts';
import type { WeightsOnlyVerdict } from '../pickle/weights-only.ts';
import { readTar } from '../tar/read-tar.ts';
import { torchTarStorages, torchTarTensors } from './parts.ts';

/** torch/serialization.py, load: weights_only is refused for this format by every release. */
const REFUSED: WeightsOnlyVerdict = { loads: false, missing: [], reason: 'no release takes the tar format' };

/** A checkpoint of torch.save before 0.1.10: a tar of pickles with raw storages between them (torch/serialization.py, legacy_load). */
export const torchTar = defineFormat({
  id: 'torch-tar',
  title: 'PyTorch checkpoint (tar)',
  extensions: ['.pt', '.pth', '.tar'],
  refines: ['tar'],
  detect: (probe) => (tar.detect(probe) !== null && isTorch(probe) ? 'certain' : null),
  parse(context) {
    context.detail('weightsOnly', REFUSED);
    examineTar({
      ...context,
      member(member) {
        const as = { storages: torchTarStorages, tensors: torchTarTensors }[member.name];
        context.member(as === undefined ? member : { ...member, as });
      },
    });
  },
});

function isTorch(probe: Probe): boolean {
  const { entries } = readTar(probe.source, probe.budget);
  return flavourOf(entries.map((entry) => entry.name)) === 'torch-tar';
}
