// Finds the modules of the page, which belong to the crate.

const FOLDER = new URL('../../breaker-runtime/src/integrations/admin/page/', import.meta.url);

export const page = (module) => import(new URL(module, FOLDER));
export const path = (file) => new URL(file, FOLDER);
