using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NpgsqlTypes;
using Shop.ServiceDefaults.Data;

namespace Shop.ServiceDefaults.Messaging;

/// <summary>Runs a handler and records the message in one transaction, so that its effect happens at most once.</summary>
internal sealed class Inbox(ServiceDatabases databases, IServiceScopeFactory scopes, Failpoints failpoints)
{
    private const string Find = "select exists (select from shop_inbox where day = $1 and message_id = $2)";
    private const string Insert = "insert into shop_inbox (day, message_id) values ($1, $2) on conflict do nothing";

    /// <summary>False: the message was handled before; nothing was done.</summary>
    public async Task<bool> HandleAsync(ConsumedType type, object body, Envelope message, CancellationToken cancellationToken)
    {
        MessageContext? context = null;
        var handled = await OnceAsync(
            type.DatabaseOf(body),
            message,
            async (connection, transaction, token) =>
            {
                context = Context(message, connection, transaction);
                await using var scope = scopes.CreateAsyncScope();
                await type.HandleAsync(scope.ServiceProvider, body, context, token);
            },
            cancellationToken);
        context?.Committed();
        return handled;
    }

    /// <summary>Commits <paramref name="effect"/> and the message; false when that has happened before.</summary>
    public async Task<bool> OnceAsync(
        int database, Envelope message, Func<NpgsqlConnection, NpgsqlTransaction, CancellationToken, Task> effect,
        CancellationToken cancellationToken)
    {
        await using var connection = await databases[database].OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (!await TryInsertAsync(connection, transaction, message, cancellationToken))
            return false;
        await effect(connection, transaction, cancellationToken);
        await failpoints.HitAsync("messaging.consume.before-commit", cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        await failpoints.HitAsync("messaging.consume.after-commit", cancellationToken);
        return true;
    }

    /// <summary>Whether the message was handled before.</summary>
    public async Task<bool> ContainsAsync(int database, Envelope message, CancellationToken cancellationToken)
    {
        await using var command = databases[database].CreateCommand(Find);
        command.Parameters.Add(new() { Value = message.Day, NpgsqlDbType = NpgsqlDbType.Date });
        command.Parameters.Add(new() { Value = message.MessageId });
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static MessageContext Context(Envelope message, NpgsqlConnection connection, NpgsqlTransaction transaction) => new()
    {
        MessageId = message.MessageId,
        Type = message.Type,
        Attempt = message.Attempt,
        Version = message.Version,
        AggregateId = message.AggregateId,
        Connection = connection,
        Transaction = transaction,
    };

    private static async Task<bool> TryInsertAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Envelope message, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Insert, connection, transaction)
        {
            Parameters = { new() { Value = message.Day, NpgsqlDbType = NpgsqlDbType.Date }, new() { Value = message.MessageId } },
        };
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }
}
