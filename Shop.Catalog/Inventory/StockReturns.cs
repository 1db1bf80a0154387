using System.Security.Cryptography;
using System.Text;
using Npgsql;
using Shop.Catalog.Administration;
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
        var variants = await skus.ResolveAsync(request.Lines!, cancellationToken);
        var back = new TakeBack(
            request.OrderId, ReservationRequest.Merge(request.Lines!, variants), string.IsNullOrWhiteSpace(request.Reason) ? null : request.Reason.Trim(), who);
        var answer = new ReturnAnswer(request.OrderId, request.Lines!);

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (!await RequestKey.TryClaimAsync(connection, transaction, request.OrderId, key, Hash(back), cancellationToken)) return answer;
        var result = await store.ApplyAsync(connection, transaction, [back], cancellationToken);
        if (result.Outcomes[0] is { Refusal: not null } refused)
            throw refused.ToProblem(request.Lines!.Zip(variants).FirstOrDefault(pair => pair.Second == refused.VariantId).First);
        if (who is { } administrator) await AuditAsync(connection, transaction, answer, administrator, cancellationToken);
        await transactions.CommitAsync(transaction, result.Changes, result.Freed, cancellationToken);
        return answer;
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
