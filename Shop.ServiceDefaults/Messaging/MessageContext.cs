using Npgsql;

namespace Shop.ServiceDefaults.Messaging;

/// <summary>What a handler knows besides the message.</summary>
public sealed class MessageContext
{
    /// <summary>UUIDv7 given by the sender; the same at every delivery.</summary>
    public required Guid MessageId { get; init; }

    /// <summary>The wire name.</summary>
    public required string Type { get; init; }

    /// <summary>1 at the first try.</summary>
    public required int Attempt { get; init; }

    /// <summary>When the handler throws now, the message is a dead letter.</summary>
    public bool IsLastAttempt => Attempt >= MessagingSettings.MaxTries;

    /// <summary>Version of the aggregate when the message was written; older than what the handler has means: ignore.</summary>
    public required long Version { get; init; }

    /// <summary>The aggregate that the message is about.</summary>
    public required Guid AggregateId { get; init; }

    /// <summary>Connection of the consumer's transaction.</summary>
    public required NpgsqlConnection Connection { get; init; }

    /// <summary>Holds the inbox row; commands of the handler join it.</summary>
    public required NpgsqlTransaction Transaction { get; init; }

    private readonly List<Action> _afterCommit = [];

    /// <summary>
    /// Registers what is to follow the commit and may be lost: a word to a cache, a count. Not called when the transaction is
    /// rolled back.
    /// </summary>
    public void AfterCommit(Action action) => _afterCommit.Add(action);

    internal void Committed()
    {
        foreach (var action in _afterCommit) action();
    }
}
