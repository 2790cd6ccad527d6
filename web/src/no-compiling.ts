import { config } from 'zod';

// The library would otherwise try out whether it may compile code at run time, which the page's policy refuses and
// reports. Schemas ask as they are made: so this comes before the first of them.
config({ jitless: true });
