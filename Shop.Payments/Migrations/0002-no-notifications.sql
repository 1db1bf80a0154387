-- Nothing read it, and it grew with every payment: that a notification has no second effect is the payment's state, under its lock.
-- A process of the version before, still at work, answers a notification with an error after this; the provider sends it again.
drop table notifications;
