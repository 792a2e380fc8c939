//! A name is put into a page as it is.

use super::Fault;

pub(crate) const FAULT: Fault = Fault {
    name: "greeting_unescaped",
    explain: "A template that escapes nothing greets people with what they call themselves.\n\n\
        Whoever can make somebody follow a link runs script in their browser. The correct twin \
        escapes the name. Trigger: a name with markup in it.\n\n\
        Example: GET /newsletter/greeting?name=<b>&amp;</b> → 200 <p>Hello <b>&amp;</b>!</p>",
    caught_by: "reflected_markup",
    operation: "GET /newsletter/greeting",
    bend: None,
};

/// The text as it is.
pub(crate) fn escaped(text: &str) -> String {
    text.to_owned()
}
