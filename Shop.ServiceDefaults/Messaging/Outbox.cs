using System.Diagnostics;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Shop.ServiceDefaults.Messaging.WorkQueues;

namespace Shop.ServiceDefaults.Messaging;

/// <summary>Writes messages into the sender's own transaction; the relay publishes what was committed.</summary>
public sealed class Outbox
{
    /// <summary>Channel on which a commit wakes the relay.</summary>
    internal const string Channel = "shop_outbox";

    // One statement: the row and the wake-up commit together, without a second round trip. Which rows wake: see WakeUps.
    private const string Insert = $"""
        with row as (
            insert into shop_outbox (message_id, type, aggregate_id, version, body, traceparent, tracestate)
            values ($1, $2, $3, $4, $5, $6, $7) returning 1)
        select pg_notify('{Channel}', '') from row where $8
        """;

    private const string InsertMany = $"""
        with rows as (
            insert into shop_outbox (message_id, type, aggregate_id, version, body, traceparent, tracestate)
            select m.message_id, $1, m.aggregate_id, m.version, m.body, $6, $7
            from unnest($2::uuid[], $3::uuid[], $4::bigint[], $5::bytea[]) as m (message_id, aggregate_id, version, body)
            returning 1)
        select pg_notify('{Channel}', '') from (select from rows limit 1) as written where $8
        """;

    private readonly IReadOnlyDictionary<Type, PublishedType> _types;
    private readonly TimeProvider _time;
    private readonly WakeUps _wakeUps;

    internal Outbox(IReadOnlyDictionary<Type, PublishedType> types, TimeProvider time)
    {
        _types = types;
        _time = time;
        _wakeUps = new WakeUps(time);
    }

    /// <summary>The insert of <paramref name="message"/>, for the caller's own batch; the current trace continues at the consumer.</summary>
    /// <param name="message">Of a type declared with <see cref="MessagingBuilder.Publish"/>.</param>
    /// <param name="aggregateId">What the message is about.</param>
    /// <param name="version">The aggregate's version after the change.</param>
    public NpgsqlBatchCommand Command<T>(T message, Guid aggregateId, long version)
    {
        var type = TypeOf(typeof(T), prioritised: false);
        return Command(message, type.Name, type, aggregateId, version);
    }

    /// <summary>The same for a job of a priority queue.</summary>
    /// <param name="message">Of a type declared with <see cref="MessagingBuilder.PublishPrioritised"/>.</param>
    /// <param name="aggregateId">What the job is about.</param>
    /// <param name="version">The aggregate's version after the change.</param>
    /// <param name="priority">Of this one job.</param>
    public NpgsqlBatchCommand Command<T>(T message, Guid aggregateId, long version, JobPriority priority)
    {
        var type = TypeOf(typeof(T), prioritised: true);
        return Command(message, WorkQueue.TypeOf(type.Name, priority), type, aggregateId, version);
    }

    /// <summary>The insert of many messages of one type, which is none of a priority queue, in one statement.</summary>
    public NpgsqlBatchCommand Command<T>(IEnumerable<OutboxMessage<T>> messages)
    {
        var type = TypeOf(typeof(T), prioritised: false);
        return Command(messages, type.Name, type);
    }

    /// <summary>The same for jobs of a priority queue that share a priority.</summary>
    public NpgsqlBatchCommand Command<T>(IEnumerable<OutboxMessage<T>> jobs, JobPriority priority)
    {
        var type = TypeOf(typeof(T), prioritised: true);
        return Command(jobs, WorkQueue.TypeOf(type.Name, priority), type);
    }

    /// <summary>Writes <paramref name="message"/> within <paramref name="transaction"/>.</summary>
    public Task WriteAsync<T>(
        NpgsqlConnection connection, NpgsqlTransaction transaction, T message, Guid aggregateId, long version, CancellationToken cancellationToken) =>
        WriteAsync(connection, transaction, Command(message, aggregateId, version), cancellationToken);

    /// <summary>Writes a job of a priority queue within <paramref name="transaction"/>.</summary>
    public Task WriteAsync<T>(
        NpgsqlConnection connection, NpgsqlTransaction transaction, T message, Guid aggregateId, long version, JobPriority priority,
        CancellationToken cancellationToken) =>
        WriteAsync(connection, transaction, Command(message, aggregateId, version, priority), cancellationToken);

    private static async Task WriteAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, NpgsqlBatchCommand command, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection, transaction) { BatchCommands = { command } };
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private PublishedType TypeOf(Type type, bool prioritised)
    {
        if (!_types.TryGetValue(type, out var known))
            throw new InvalidOperationException($"{type} is not declared with AddMessaging(m => m.Publish(…)).");
        return known.Prioritised == prioritised
            ? known
            : throw new InvalidOperationException($"{type} is {(prioritised ? "not " : "")}declared with PublishPrioritised.");
    }

    private NpgsqlBatchCommand Command<T>(IEnumerable<OutboxMessage<T>> messages, string name, PublishedType type)
    {
        var trace = Activity.Current;
        OutboxMessage<T>[] all = [.. messages];
        return new NpgsqlBatchCommand(InsertMany)
        {
            Parameters =
            {
                new() { Value = name },
                new() { Value = all.Select(_ => Guid.CreateVersion7(_time.GetUtcNow())).ToArray() },
                new() { Value = all.Select(one => one.AggregateId).ToArray() },
                new() { Value = all.Select(one => one.Version).ToArray() },
                new() { Value = all.Select(one => JsonSerializer.SerializeToUtf8Bytes(one.Message, type.Json)).ToArray() },
                new() { Value = (object?)trace?.Id ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = (object?)trace?.TraceStateString ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = all.Length > 0 && _wakeUps.TryTake() },
            },
        };
    }

    private NpgsqlBatchCommand Command<T>(T message, string name, PublishedType type, Guid aggregateId, long version)
    {
        var trace = Activity.Current;
        return new NpgsqlBatchCommand(Insert)
        {
            Parameters =
            {
                new() { Value = Guid.CreateVersion7(_time.GetUtcNow()) },
                new() { Value = name },
                new() { Value = aggregateId },
                new() { Value = version },
                new() { Value = JsonSerializer.SerializeToUtf8Bytes(message, type.Json), NpgsqlDbType = NpgsqlDbType.Bytea },
                new() { Value = (object?)trace?.Id ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = (object?)trace?.TraceStateString ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = _wakeUps.TryTake() },
            },
        };
    }
}

/// <summary>One of many messages: see <see cref="Outbox.Command{T}(T, Guid, long)"/>.</summary>
public readonly record struct OutboxMessage<T>(T Message, Guid AggregateId, long Version);
