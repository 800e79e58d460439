// GraphiQL shows and hides a plugin's panel only from the buttons at its side.
const press = (label) => document.querySelector(`.graphiql-sidebar [aria-label="${label}"]`)?.click();

/** Whether there is room for one thing at a time only. */
export const isNarrow = () => matchMedia('(max-width: 700px)').matches;

/** Shows the panel to sign in. */
export const openPanel = () => press('Show Sign in');

/** Hides it. */
export const closePanel = () => press('Hide Sign in');
