import { Option, type Command } from 'commander';
import { ruleFormats, type RulesArguments } from '../rules/rules-arguments.ts';

/** Adds `vouchsafe rules`. */
export function defineRules(program: Command): void {
  program
    .command('rules')
    .summary('list what is looked for, or explain one rule')
    .description('Lists every rule, or explains one: why it matters, what to do, and examples.')
    .argument('[id]', 'a rule')
    .addOption(new Option('-f, --format <format>', 'how to print').choices(ruleFormats).default('terminal'))
    .action(async (id: string | undefined, options: RulesArguments) => {
      const { runRules } = await import('../rules/run-rules.ts');
      await runRules(id, options);
    });
}
