//! Records what an office does about items of its inbox, and makes the reply with the outcome of each line.
//!
//! Invariant: as for actions, a line is reported as recorded only after its commit, in the name of the office that sent it.
//! The lines count in their order, since one may undo another.

use engine::action::OfficeCode;
use engine::decide::{Alerts, Verdict};
use engine::handling::Doing;
use engine::refusal::{Code, Flaws, Refusal};

use super::reply::{Reply, Trouble};
use super::{IN_REPLIES, Intake, Taken, lines};
use crate::handling::{Acting, Handled, Sent, Side};
use crate::recorder::Sender;
use crate::verdict::{LineVerdict, Outcome};

/// The most lines in one request: they are recorded one after the other.
const MOST: usize = 100;

impl Intake {
    /// Records what `office` does about items of its inbox, one a line, and returns when it is durable. No person is named: a
    /// program acts for the office.
    pub async fn handle(&self, office: &OfficeCode, payload: &[u8], alerts: Alerts) -> Taken {
        let payload = lines::joined(payload);
        let trouble = match lines::count(&payload) {
            0 => {
                Some(Trouble::Unreadable("found nothing that is done, expected a JSON object on each line".to_owned()))
            }
            found if found > MOST => Some(Trouble::TooMany { found, most: MOST }),
            _ => None,
        };
        if let Some(trouble) = trouble {
            return Reply::of_trouble(office, &trouble).into();
        }
        let sender = Sender::from(office);
        let acting = Acting { recorder: &self.recorder, sender: &sender, alerts };
        let (mut verdicts, mut events) = (Vec::new(), 0);
        for (nth, line) in payload.split(|byte| *byte == b'\n').enumerate() {
            if line.trim_ascii().is_empty() {
                continue;
            }
            let (verdict, recorded) = self.line(&acting, nth + 1, line).await;
            verdicts.push(verdict);
            events += recorded;
        }
        Taken { reply: Reply::of_lines(office, verdicts), events }
    }

    /// The outcome of a line, and how many events it caused.
    async fn line(&self, acting: &Acting<'_>, number: usize, line: &[u8]) -> (LineVerdict, usize) {
        let judged = |id, verdict: &Verdict| LineVerdict::of_verdict(number, id, verdict, &Flaws::new(), IN_REPLIES);
        let refused = |id, refusal: Refusal| (judged(id, &Verdict::Refused(refusal.into())), 0);
        let Some((sent, doing)) = Sent::read(line) else {
            return refused(None, Refusal::new(Code::UnreadableHandling));
        };
        let id = Some(sent.id);
        match self.handled(acting, &sent, &doing).await {
            Ok(Handled::Judged(verdict, events)) => (judged(id, &verdict), events),
            Ok(Handled::Nothing) => refused(id, Refusal::new(Code::AlertNotOpen).field("alert")),
            Ok(Handled::Several) => refused(id, Refusal::new(Code::SeveralItems).field("key")),
            Err(fault) => {
                let office = &acting.sender.office;
                tracing::warn!(%office, %fault, "whether what an office does about an alert was recorded is unknown");
                (LineVerdict::new(number, Outcome::Again, id), 0)
            }
        }
    }

    /// In the inbox of the office's own cases, or of what was escalated below it.
    async fn handled(&self, acting: &Acting<'_>, sent: &Sent, doing: &Doing) -> Result<Handled, store::Fault> {
        let own = acting.handle(Side::Own(None), sent, doing).await?;
        match &self.offices {
            Some(offices) if own == Handled::Nothing => acting.handle(Side::Above(offices), sent, doing).await,
            _ => Ok(own),
        }
    }
}
