using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NpgsqlTypes;
using Shop.ServiceDefaults.Data;

namespace Shop.ServiceDefaults.Messaging;

/// <summary>Runs a handler and records the message in one transaction, so that its effect happens at most once.</summary>
internal sealed class Inbox(ServiceDatabases databases, IServiceScopeFactory scopes, Failpoints failpoints)
{
    private const string Insert = "insert into shop_inbox (day, message_id) values ($1, $2) on conflict do nothing";

    /// <summary>False: the message was handled before; nothing was done.</summary>
    public async Task<bool> HandleAsync(ConsumedType type, object body, Envelope message, CancellationToken cancellationToken)
    {
        await using var connection = await databases[type.DatabaseOf(body)].OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (!await TryInsertAsync(connection, transaction, message, cancellationToken))
            return false;
        var context = new MessageContext
        {
            MessageId = message.MessageId,
            Type = message.Type,
            Attempt = message.Attempt,
            Version = message.Version,
            AggregateId = message.AggregateId,
            Connection = connection,
            Transaction = transaction,
        };
        await using (var scope = scopes.CreateAsyncScope())
            await type.HandleAsync(scope.ServiceProvider, body, context, cancellationToken);

        await failpoints.HitAsync("messaging.consume.before-commit", cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        context.Committed();
        await failpoints.HitAsync("messaging.consume.after-commit", cancellationToken);
        return true;
    }

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
