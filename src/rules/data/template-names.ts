/** Attributes that lead from any object to the interpreter's internals (CVE-2024-34359, CVE-2024-56326, CVE-2026-5760). */
export const gadgetAttributes: ReadonlySet<string> = new Set([
  'mro',
  'subclasses',
  'func_globals',
  'func_code',
  'func_defaults',
  'gi_frame',
  'gi_code',
  'cr_frame',
  'cr_code',
  'ag_frame',
  'ag_code',
  'tb_frame',
  'tb_next',
  'f_globals',
  'f_locals',
  'f_builtins',
  'f_back',
  'co_consts',
  'im_func',
  'im_self',
]);

/** Dunders that an expression's string has no innocent reason to spell. */
export const gadgetDunders: ReadonlySet<string> = new Set(
  (
    'class mro base bases subclasses globals builtins import init getattribute getattr code dict getitem func self closure ' +
    'loader spec enter exit reduce reduce_ex new call wrapped module defaults kwdefaults'
  )
    .split(' ')
    .map((name) => `__${name}__`),
);

/** Methods that run code or reach the system once the internals are reached. */
export const commandMethods: ReadonlySet<string> = new Set([
  'popen',
  'system',
  'check_output',
  'check_call',
  'getoutput',
  'getstatusoutput',
  'Popen',
  'eval',
  'exec',
  'execfile',
  'compile',
  'import_module',
  'load_module',
  'spawn',
  'fork',
]);

/** Functions every Jinja environment or chat renderer offers. Looking inside them is what an escape starts with. */
export const templateGlobals: ReadonlySet<string> = new Set([
  'range',
  'dict',
  'lipsum',
  'cycler',
  'joiner',
  'namespace',
  'raise_exception',
  'strftime_now',
  'caller',
  'loop',
  'super',
  'self',
  '_',
  'gettext',
  'ngettext',
]);

/** Filters whose first argument (or `attribute=`) is a dotted attribute path. */
export const attributeFilters: ReadonlySet<string> = new Set([
  'attr',
  'map',
  'selectattr',
  'rejectattr',
  'sort',
  'groupby',
  'sum',
  'unique',
  'min',
  'max',
]);

/** Methods of strings, lists, dictionaries, loops and joiners: what honest templates call. */
export const knownMethods: ReadonlySet<string> = new Set(
  (
    'split rsplit splitlines partition rpartition strip lstrip rstrip startswith endswith find rfind index rindex count replace join lower upper title ' +
    'capitalize swapcase casefold center ljust rjust zfill format isdigit isalpha isalnum isnumeric isdecimal isspace isupper islower istitle isidentifier ' +
    'removeprefix removesuffix encode decode expandtabs translate append extend insert pop remove reverse sort clear copy get items keys values update ' +
    'setdefault popitem cycle changed next reset strftime isoformat tojson'
  ).split(' '),
);
