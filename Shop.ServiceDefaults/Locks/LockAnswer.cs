namespace Shop.ServiceDefaults.Locks;

/// <summary>One attempt to get a lock, the same at each try.</summary>
/// <param name="Holder">Who asks: unlike the token it is known before the grant, so that a lost answer can be taken back.</param>
/// <param name="Owner">Who asks, for people.</param>
internal sealed record LockRequest(string Name, Guid Holder, string Owner, TimeSpan Lease);

/// <summary>What the database answered.</summary>
/// <param name="Token">Set when granted.</param>
/// <param name="Ahead">Otherwise the ticket that must go first.</param>
/// <param name="AheadOwner">Whose ticket that is.</param>
/// <param name="Pause">When that one's lease ends, if it is not renewed.</param>
internal sealed record LockAnswer(long? Token, long Ahead, string? AheadOwner, TimeSpan Pause);
