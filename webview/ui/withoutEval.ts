/**
 * The pages' policy forbids to make code from strings, which zod tries when the first schema is made. Imported first by
 * each page.
 */
import * as z from 'zod';

z.config({ jitless: true });
