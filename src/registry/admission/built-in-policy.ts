/** In force until somebody puts another one; also docs/admission/balanced.yaml. */
export const builtInPolicy = `# What is clean gets in, pickles are converted, people look at the rest, and what is malicious stays out.
version: 1
default: review
rules:
  - id: malicious
    effect: deny
    waiver: never
    why: loading it would run what its author wants
    fix: do not load it anywhere; tell whoever gave it to you
    when:
      verdictAtLeast: malicious

  - id: not-clean
    effect: review
    why: somebody has to look at what was found, or could not be understood
    when:
      verdictAtLeast: inconclusive

  - id: code
    effect: review
    why: whoever loads the model runs this code
    when:
      code: [python, remote]

  - id: clean
    effect: allow
    when:
      always: true
      verdictAtMost: clean

  - id: pickles
    effect: convert
    waiver: allowed
    why: safetensors hold weights and nothing that runs
    when:
      conversion: [possible]

  - id: pickles-that-stay
    effect: review
    fix: send the weights as safetensors; whoever approves it gives it out as it is
    when:
      conversion: [impossible]
`;
