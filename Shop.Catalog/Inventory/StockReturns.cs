using System.Security.Cryptography;
using System.Text;
using Npgsql;
using Shop.Catalog.Administration;
using Shop.ServiceDefaults.Messaging;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Inventory;

/// <summary>Units that come back while their order stays paid; never more than were sold to it.</summary>
public sealed class StockReturns(NpgsqlDataSource database, StockStore store, StockTransactions transactions, Skus skus)
{
    /// <param name="key">One per return of this order.</param>
    /// <param name="who">The administrator; null for Orders.</param>
    /// <exception cref="ProblemException">404 product_unknown; 409 not_sold, more_than_sold; 422 idempotency_key_reused.</exception>
    public async Task<ReturnAnswer> TakeAsync(ReturnRequest request, string key, Guid? who, CancellationToken cancellationToken)
    {
        var answer = new ReturnAnswer(request.OrderId, request.Lines!);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await TakeAsync(request, key, who, connection, transaction, cancellationToken) is not { } result) return answer;
        if (who is { } administrator) await AuditAsync(connection, transaction, answer, administrator, cancellationToken);
        await transactions.CommitAsync(transaction, result.Changes, result.Freed, cancellationToken);
        return answer;
    }

    /// <summary>The same within a message's transaction, which is to be undone when this throws. Null: it was taken before.</summary>
    internal Task<StockResult?> TakeAsync(ReturnRequest request, string key, MessageContext context, CancellationToken cancellationToken)
    {
        request.Validate();
        return TakeAsync(request, key, who: null, context.Connection, context.Transaction, cancellationToken);
    }

    private async Task<StockResult?> TakeAsync(
        ReturnRequest request, string key, Guid? who, NpgsqlConnection connection, NpgsqlTransaction transaction,
        CancellationToken cancellationToken)
    {
        var variants = await skus.ResolveAsync(request.Lines!, connection, cancellationToken);
        var back = new TakeBack(
            request.OrderId, ReservationRequest.Merge(request.Lines!, variants), string.IsNullOrWhiteSpace(request.Reason) ? null : request.Reason.Trim(), who);
        if (!await RequestKey.TryClaimAsync(connection, transaction, request.OrderId, key, Hash(back), cancellationToken)) return null;
        var result = await store.ApplyAsync(connection, transaction, [back], cancellationToken);
        return result.Outcomes[0] is { Refusal: not null } refused
            ? throw refused.ToProblem(request.Lines!.Zip(variants).FirstOrDefault(pair => pair.Second == refused.VariantId).First)
            : result;
    }

    private static async Task AuditAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, ReturnAnswer answer, Guid who, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection, transaction);
        var json = System.Text.Json.JsonSerializer.Serialize(answer, CatalogJson.Default.ReturnAnswer);
        batch.AddAudit(who, "stock.returned", $"order:{answer.OrderId:D}", before: null, json);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static byte[] Hash(TakeBack back) => SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Join('|', back.Lines.Select(line => FormattableString.Invariant($"{line.VariantId}x{line.Quantity}")).Append(back.Reason))));
}
