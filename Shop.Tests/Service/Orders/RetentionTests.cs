using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Shop.Orders.Retention;

namespace Shop.Tests.Service.Orders;

[Collection(Servers.Collection)]
public sealed class RetentionTests(OrdersBed bed) : IClassFixture<OrdersBed>
{
    [Fact]
    public async Task A_table_in_use_keeps_neither_the_upkeep_of_the_others_nor_its_user_waiting()
    {
        var shard = bed.Shards.All[0];
        // More than once, as the service's own upkeep may come between just after its start.
        await Eventually.TrueAsync(async () =>
        {
            await DropAsync(shard);
            await using var connection = await shard.OpenConnectionAsync();
            await using var placing = await connection.BeginTransactionAsync();
            await using var use = new NpgsqlCommand("LOCK TABLE order_history IN ROW EXCLUSIVE MODE", connection, placing);
            await use.ExecuteNonQueryAsync();
            return await KeepAsync(shard) is (false, true, true);
        });

        await Eventually.TrueAsync(async () => await KeepAsync(shard) is (true, true, true));
    }

    /// <summary>Takes away the partitions of the last day that is prepared.</summary>
    private static async Task DropAsync(NpgsqlDataSource shard)
    {
        foreach (var table in (string[])["order_history", "idempotency", "refused_reservations"])
        {
            await ExecuteAsync(
                shard, $"DO $$ BEGIN EXECUTE 'DROP TABLE IF EXISTS {table}' || to_char(shop_now() AT TIME ZONE 'UTC' + interval '7 days', '_YYYYMMDD'); END $$");
        }
    }

    private async Task<(bool History, bool Keys, bool Refused)> KeepAsync(NpgsqlDataSource shard)
    {
        await bed.Services.GetServices<IHostedService>().OfType<RetentionWork>().Single().KeepAsync(shard, CancellationToken.None);
        return (await ExistsAsync(shard, "order_history"), await ExistsAsync(shard, "idempotency"), await ExistsAsync(shard, "refused_reservations"));
    }

    private static async Task<bool> ExistsAsync(NpgsqlDataSource shard, string table)
    {
        await using var command = shard.CreateCommand(
            $"SELECT to_regclass('{table}' || to_char(shop_now() AT TIME ZONE 'UTC' + interval '7 days', '_YYYYMMDD')) IS NOT NULL");
        return (bool)(await command.ExecuteScalarAsync())!;
    }

    private static async Task ExecuteAsync(NpgsqlDataSource shard, string sql)
    {
        await using var command = shard.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
