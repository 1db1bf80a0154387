using Npgsql;
using Shop.Catalog.Administration;
using Shop.ServiceDefaults.Messaging;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Products;

/// <summary>Begins changes of single products.</summary>
public sealed class ProductEdits(NpgsqlDataSource database, Outbox outbox, ProductCache cache)
{
    /// <summary>Locks the product; whoever else changes it waits.</summary>
    /// <exception cref="ProblemException">404 product_unknown, also for a retired one; 412 version_mismatch.</exception>
    public async Task<ProductEdit> BeginAsync(long productId, Editor editor, CancellationToken cancellationToken)
    {
        var connection = await database.OpenConnectionAsync(cancellationToken);
        try
        {
            var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var product = await LockedProduct.ReadAsync(connection, transaction, productId, cancellationToken)
                ?? throw ProductProblems.Unknown(productId);
            editor.Check(product.Version);
            return new ProductEdit(product, editor, connection, transaction, outbox, cache);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}

/// <summary>
/// One change of a product that is locked. Statements of the change go into <see cref="Batch"/>; what belongs to every change
/// (the version, the tags of the search, audit, events, the cache) comes with <see cref="CommitAsync"/>.
/// </summary>
public sealed class ProductEdit : IAsyncDisposable
{
    private readonly Editor _editor;
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;
    private readonly Outbox _outbox;
    private readonly ProductCache _cache;

    internal ProductEdit(
        LockedProduct product, Editor editor, NpgsqlConnection connection, NpgsqlTransaction transaction, Outbox outbox, ProductCache cache)
    {
        (Product, _editor, _connection, _transaction, _outbox, _cache) = (product, editor, connection, transaction, outbox, cache);
        Batch = new NpgsqlBatch(connection, transaction);
        Batch.Add(ProductSql.ShareCategories);
    }

    /// <summary>As it was when it was locked.</summary>
    public LockedProduct Product { get; }

    public NpgsqlBatch Batch { get; }

    /// <summary>The version that the change makes.</summary>
    public int NextVersion => Product.Version + 1;

    /// <summary>To read more of the product while it is locked.</summary>
    public NpgsqlCommand CreateCommand(string sql, long productId) =>
        new(sql, _connection, _transaction) { Parameters = { new() { Value = productId } } };

    /// <summary>Notes a variant's price, unless it stays.</summary>
    public void Price(long variantId, string sku, long? old, long price)
    {
        if (old == price) return;
        Batch.AddPrice(variantId, price, _editor.Id);
        Batch.BatchCommands.Add(_outbox.Command(
            new PriceChanged(sku, Product.Id, old, price, NextVersion), ProductEvents.AggregateOf(Product.Id), NextVersion));
    }

    /// <summary>Stores the change, and waits until caches know of it.</summary>
    /// <param name="action">For the audit trail.</param>
    public async Task CommitAsync(string action, CancellationToken cancellationToken, bool retired = false)
    {
        Batch.Add(ProductSql.NextVersion, Product.Id);
        Batch.Add(ProductSql.RefreshTags, Product.Id);
        Batch.AddProductAudit(_editor.Id, action, Product.Id, Product.Snapshot);
        Batch.BatchCommands.Add(_outbox.Command(
            new ProductChanged(Product.Id, NextVersion, retired), ProductEvents.AggregateOf(Product.Id), NextVersion));
        await ReferenceProblems.TranslatedAsync(() => Batch.ExecuteNonQueryAsync(cancellationToken));
        try
        {
            // Whoever asked may be gone by now; what is committed must be told all the same.
            await _transaction.CommitAsync(CancellationToken.None);
        }
        finally
        {
            // Also when the answer to the commit is lost: it may have happened.
            await _cache.OutdateAsync(Product.Id);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Batch.DisposeAsync();
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
