/** What the browser's tab is called, where the page itself has a better name than its kind: a dashboard's title. */
class Heading {
  own = $state('')
}

export const heading = new Heading()
