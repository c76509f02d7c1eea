// Every page works without this file; it adds the conveniences of govuk-frontend, and dresses what htmx brings in.
import {
  Button, CharacterCount, Checkboxes, ErrorSummary, NotificationBanner, PasswordInput, Radios, ServiceNavigation,
  SkipLink, createAll, isSupported,
} from "govuk-frontend";

import "./keys.mjs";

const words = document.documentElement.dataset;

const components = [
  [Button, { preventDoubleClick: true }],
  [CharacterCount, {
    i18n: {
      charactersUnderLimit: { other: words.charactersLeft },
      charactersAtLimit: words.charactersNone,
      charactersOverLimit: { other: words.charactersOver },
    },
  }],
  [Checkboxes], [ErrorSummary], [NotificationBanner],
  [PasswordInput, {
    i18n: {
      showPassword: words.show, hidePassword: words.hide,
      showPasswordAriaLabel: words.showPassword, hidePasswordAriaLabel: words.hidePassword,
      passwordShownAnnouncement: words.passwordShown, passwordHiddenAnnouncement: words.passwordHidden,
    },
  }],
  [Radios], [ServiceNavigation], [SkipLink],
];

// A language has one plural form or two; the sentences above are the same for both.
function withPlurals(config) {
  for (const key of ["charactersUnderLimit", "charactersOverLimit"]) {
    const forms = config?.i18n?.[key];
    if (forms) forms.one = forms.other;
  }
  return config;
}

function dress(scope) {
  for (const [component, config] of components) createAll(component, withPlurals(config), { scope });
}

document.body.classList.add("js-enabled");
if ("noModule" in HTMLScriptElement.prototype) document.body.classList.add("govuk-frontend-supported");
if (isSupported()) dress(document);
document.addEventListener("htmx:load", (event) => {
  if (isSupported() && event.detail.elt !== document.body) dress(event.detail.elt);
});

// Filters that answer at once keep their button for who has no script.
for (const form of document.querySelectorAll("form[data-submit-on-change]")) {
  form.addEventListener("change", () => form.requestSubmit());
}
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
// A page that saves itself says when it could not, and comes from the portal when one goes back to it, not from memory.
const notSaved = document.getElementById("not-saved");
if (notSaved) {
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.target?.id === "saved") notSaved.hidden = Boolean(event.detail.successful);
  });
  window.addEventListener("pageshow", (event) => { if (event.persisted) window.location.reload(); });
}
